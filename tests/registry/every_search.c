/* What holds for every search, whoever wrote it: this walks the registry. */
#include "support/test.h"

#include "search/search.h"

#define FOR_EVERY(search) for (const fl_search *const *each = fl_searches(), *search; (search = *each); each++)

/* Layouts with ranges (0) and lists; a search must accept at least one of them. */
static const size_t MIXED[] = { 0, 3, 0, 7, 0 }, RANGES[FL_SEARCH_AXES] = { 0 }, ONE_LIST[] = { 12 };
static const fl_search_request LAYOUTS[] = {
    { .seed = 5, .n_axes = 5, .n_levels = MIXED, .points_per_axis = 4 },
    { .seed = 5, .n_axes = FL_SEARCH_AXES, .n_levels = RANGES, .points_per_axis = 2 },
    { .seed = 5, .n_axes = 1, .n_levels = ONE_LIST, .points_per_axis = 1 },
};
enum { N_LAYOUTS = sizeof LAYOUTS / sizeof *LAYOUTS };

/* The first hundred numbers, or all where there are fewer, and the last one. */
static uint64_t some_index(uint64_t size, uint64_t i)
{
    return i == 100 || i >= size ? size - 1 : i;
}

static void every_search_is_found_by_its_name_alone(void **state)
{
    FOR_EVERY(search)
    {
        fl_error error;
        assert_ptr_equal(fl_search_find(search->entry.name, &error), search);
        assert_true(*search->entry.about);
    }
    fl_error error;
    assert_null(fl_search_find("simplex", &error));
    assert_contains(error.text, "unknown search 'simplex'; use halton, random, grid or points");
}

static void every_search_accepts_some_layout(void **state)
{
    FOR_EVERY(search)
    {
        size_t accepted = 0;
        for (size_t l = 0; l < N_LAYOUTS; l++) {
            fl_error error = { .text = "" };
            bool accepts = fl_search_accepts(search, &LAYOUTS[l], &error);
            accepted += accepts;
            assert_true(accepts || *error.text);
        }
        assert_true(accepted > 0);
    }
}

/* Fill a point between two guards, and check what holds for any. */
static void check_point(const fl_search *search, const fl_search_request *request)
{
    double u[FL_SEARCH_AXES + 1], again[FL_SEARCH_AXES];
    u[request->n_axes] = 2.385;
    search->point(request, u);
    search->point(request, again);
    assert_true(u[request->n_axes] == 2.385);
    for (size_t axis = 0; axis < request->n_axes; axis++) {
        assert_true(u[axis] == again[axis]);
        assert_true(0 <= u[axis] && u[axis] <= 1);
        assert_true(u[axis] < 1 || request->n_levels[axis] == 0);
    }
}

static void every_point_lies_in_the_cube_and_comes_out_the_same_again(void **state)
{
    FOR_EVERY(search)
    {
        for (size_t l = 0; l < N_LAYOUTS; l++) {
            fl_search_request request = LAYOUTS[l];
            if (!fl_search_accepts(search, &request, NULL)) continue;
            uint64_t size = search->size(&request);
            assert_true(size > 0);
            for (uint64_t i = 0; i <= 100; i++) {
                request.index = some_index(size, i);
                check_point(search, &request);
            }
        }
    }
}

static void check_distinct(const fl_search *search, fl_search_request request)
{
    enum { MOST = 60 };
    static double u[MOST][FL_SEARCH_AXES];
    uint64_t size = search->size(&request);
    for (request.index = 0; request.index < size && request.index < MOST; request.index++) {
        double *new = u[request.index];
        search->point(&request, new);
        for (size_t i = 0; i < request.index; i++) assert_true(memcmp(u[i], new, request.n_axes * sizeof *new) != 0);
    }
}

static void every_search_gives_distinct_points(void **state)
{
    FOR_EVERY(search)
    for (size_t l = 0; l < N_LAYOUTS; l++)
        if (fl_search_accepts(search, &LAYOUTS[l], NULL)) check_distinct(search, LAYOUTS[l]);
}

static void no_search_takes_a_space_without_axes_or_with_too_many(void **state)
{
    FOR_EVERY(search)
    {
        fl_error error;
        fl_search_request request = { .n_axes = 0, .n_levels = RANGES };
        assert_false(fl_search_accepts(search, &request, &error));
        request.n_axes = FL_SEARCH_AXES + 1;
        assert_false(fl_search_accepts(search, &request, &error));
        assert_contains(error.text, "1 to 64 axes, not 65");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_search_is_found_by_its_name_alone),
        cmocka_unit_test(every_search_accepts_some_layout),
        cmocka_unit_test(every_point_lies_in_the_cube_and_comes_out_the_same_again),
        cmocka_unit_test(every_search_gives_distinct_points),
        cmocka_unit_test(no_search_takes_a_space_without_axes_or_with_too_many),
    };
    return test_run(tests, NULL, NULL);
}
