/* Each entry of the registry keeps what math/backend.h promises of it. */
#include "support/test.h"
#include "backend/backend.h"

static void naive_comes_first_and_lacks_nothing(void **state)
{
    const fl_backend *naive = fl_backends()[0];
    assert_string_equal(naive->entry.name, "naive");
    for (size_t kind = 0; kind < FL_LAYER_KINDS; kind++) assert_non_null(naive->plan[kind]);
    assert_null(naive->to_canonical);
}

static void each_is_found_by_its_name(void **state)
{
    fl_error error;
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++) {
        assert_ptr_equal(fl_backend_find((*backend)->entry.name, &error), *backend);
        assert_true(strlen((*backend)->entry.about) > 0);
    }
    assert_null(fl_backend_find("cudnn", &error));
    assert_string_equal(error.text, "unknown backend 'cudnn'; use naive, openblas or onednn");
}

static void each_can_compute_or_says_why_not(void **state)
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++) {
            fl_error error = { 0 };
            if ((*backend)->usable(precision, &error)) continue;
            assert_contains(error.text, (*backend)->entry.name);
            assert_int_equal(error.fault, FL_ERROR_USER);
        }
}

static void each_describes_itself_the_same_way_twice(void **state)
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++) {
        fl_text first = { 0 }, second = { 0 };
        if ((*backend)->usable(FL_BACKEND_F32, NULL)) assert_true((*backend)->start(1, NULL));
        (*backend)->describe(&first);
        (*backend)->describe(&second);
        assert_true(first.length > 0);
        assert_string_equal(first.bytes, second.bytes);
        fl_text_free(&first);
        fl_text_free(&second);
    }
}

/* OpenBLAS itself would take other kernels without a word. */
static void a_misspelt_core_type_is_refused(void **state)
{
    fl_error error;
    const fl_backend *openblas = fl_backend_find("openblas", NULL);
    if (!openblas->usable(FL_BACKEND_F32, &error)) test_skip("%s", error.text);
    setenv("OPENBLAS_CORETYPE", "Skylark", 1);
    assert_false(openblas->start(1, &error));
    assert_contains(error.text, "OPENBLAS_CORETYPE is 'Skylark', but OpenBLAS runs its ");
    unsetenv("OPENBLAS_CORETYPE");
    assert_true(openblas->start(1, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naive_comes_first_and_lacks_nothing),
        cmocka_unit_test(each_is_found_by_its_name),
        cmocka_unit_test(each_can_compute_or_says_why_not),
        cmocka_unit_test(each_describes_itself_the_same_way_twice),
        cmocka_unit_test(a_misspelt_core_type_is_refused),
    };
    return test_run(tests, NULL, NULL);
}
