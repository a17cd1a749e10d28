/* Grid and points against what they should list, and the bits of drawn points, which records depend on. */
#include "support/test.h"

#include "base/hash.h"
#include "search/search.h"

static const fl_search *find(const char *name)
{
    fl_error error;
    const fl_search *search = fl_search_find(name, &error);
    assert_non_null(search);
    return search;
}

/* A list of 2, a range of 3 points, a list of 5: by hand, first axis slowest. */
static void grid_walks_all_combinations_with_the_last_axis_fastest(void **state)
{
    const size_t n_levels[] = { 2, 0, 5 };
    const double lists[2] = { 0.25, 0.75 }, range[3] = { 0, 0.5, 1 };
    fl_search_request question = { .n_axes = 3, .n_levels = n_levels, .points_per_axis = 3 };
    const fl_search *grid = find("grid");
    assert_int_equal(grid->size(&question), 30);
    for (size_t i = 0; i < 30; i++) {
        double u[3];
        question.index = i;
        grid->point(&question, u);
        assert_true(u[0] == lists[i / 15]);
        assert_true(u[1] == range[i / 5 % 3]);
        assert_close(u[2], ((double)(i % 5) + 0.5) / 5, 1e-15);
    }
}

static void one_grid_point_on_a_range_is_its_middle(void **state)
{
    const size_t n_levels[] = { 0 };
    const fl_search_request question = { .n_axes = 1, .n_levels = n_levels, .points_per_axis = 1 };
    double u;
    find("grid")->point(&question, &u);
    assert_true(u == 0.5);
}

static void grid_refuses_a_range_without_a_number_of_points(void **state)
{
    const size_t n_levels[] = { 4, 0 };
    const fl_search_request question = { .n_axes = 2, .n_levels = n_levels };
    fl_error error;
    assert_false(fl_search_accepts(find("grid"), &question, &error));
    assert_contains(error.text, "'points_per_axis'");
}

/* 10^20 points are more than 64 bits count. */
static void huge_grid_is_endless(void **state)
{
    const size_t n_levels[20] = { 0 };
    const fl_search_request question = { .n_axes = 20, .n_levels = n_levels, .points_per_axis = 10 };
    assert_true(find("grid")->size(&question) == FL_SEARCH_ENDLESS);
}

/* A level is found back as floor(u n), also in long lists. */
static void listed_levels_are_found_back_from_their_coordinate(void **state)
{
    const size_t n_levels[] = { 49999 };
    fl_search_request question = { .n_axes = 1, .n_levels = n_levels };
    for (question.index = 0; question.index < n_levels[0]; question.index++) {
        double of_grid, of_points;
        find("grid")->point(&question, &of_grid);
        find("points")->point(&question, &of_points);
        assert_int_equal(floor(of_grid * 49999), question.index);
        assert_int_equal(floor(of_points * 49999), question.index);
    }
    assert_int_equal(find("points")->size(&question), 49999);
}

static void points_refuse_a_space_of_axes(void **state)
{
    const size_t two_lists[] = { 4, 5 }, range[] = { 0 };
    const fl_search_request two = { .n_axes = 2, .n_levels = two_lists }, one = { .n_axes = 1, .n_levels = range };
    fl_error error;
    assert_false(fl_search_accepts(find("points"), &two, &error));
    assert_false(fl_search_accepts(find("points"), &one, &error));
    assert_contains(error.text, "a list of complete points");
}

static uint64_t hash_of_first_points(const char *name)
{
    enum { POINTS = 200, AXES = 12 };
    static double u[POINTS][AXES];
    const size_t n_levels[AXES] = { 0 };
    fl_search_request question = { .seed = 2385, .n_axes = AXES, .n_levels = n_levels };
    for (question.index = 0; question.index < POINTS; question.index++) find(name)->point(&question, u[question.index]);
    return fl_hash(u, sizeof u);
}

/* As Fairlead 0.1.0 gives them: another value means that recorded studies can no longer be resumed. */
static void drawn_points_keep_their_bits(void **state)
{
    assert_true(hash_of_first_points("halton") == UINT64_C(0xa79d0bf48cca69af));
    assert_true(hash_of_first_points("random") == UINT64_C(0xd0a26c7c25dc8ec0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grid_walks_all_combinations_with_the_last_axis_fastest),
        cmocka_unit_test(one_grid_point_on_a_range_is_its_middle),
        cmocka_unit_test(grid_refuses_a_range_without_a_number_of_points),
        cmocka_unit_test(huge_grid_is_endless),
        cmocka_unit_test(listed_levels_are_found_back_from_their_coordinate),
        cmocka_unit_test(points_refuse_a_space_of_axes),
        cmocka_unit_test(drawn_points_keep_their_bits),
    };
    return test_run(tests, NULL, NULL);
}
