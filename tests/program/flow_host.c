/* What the environment does to a library's arithmetic is seen in the host key of a trial. */
#include "support/command.h"
#include "backend/backend.h"

#include <jansson.h>

/* The host key of a trial in a process of its own, where `name` is set to `value` (NULL: nothing is). */
static void host_key(const char *backend, const char *name, const char *value, char key[17])
{
    if (name) setenv(name, value, 1);
    command c = command_run("/", WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set",
                                       "learning_rate=0.1", "--steps", "1", "--backend", backend, "--json"));
    if (name) unsetenv(name);
    if (c.code) fail_msg("%s=%s: %s", name, value, c.err);
    json_t *record = json_loads(c.out, 0, NULL);
    snprintf(key, 17, "%s", json_string_value(json_object_get(record, "host")));
    json_decref(record);
    command_free(&c);
}

static void what_chooses_kernels_or_threads_is_in_the_key(void **state)
{
    static const struct {
        const char *backend, *name, *value;
    } settings[] = {
        { "onednn", "ONEDNN_MAX_CPU_ISA", "SSE41" },
        { "onednn", "DNNL_MAX_CPU_ISA", "SSE41" },
        { "onednn", "ONEDNN_CPU_ISA_HINTS", "PREFER_YMM" },
        { "onednn", "DNNL_CPU_ISA_HINTS", "PREFER_YMM" },
        { "onednn", "ONEDNN_DEFAULT_FPMATH_MODE", "BF16" },
        { "onednn", "DNNL_DEFAULT_FPMATH_MODE", "BF16" },
        { "onednn", "OMP_DYNAMIC", "true" },
        { "onednn", "OMP_THREAD_LIMIT", "1" },
        { "openblas", "OPENBLAS_CORETYPE", "Prescott" },
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        fl_error why;
        char usual[17], set[17];
        if (!fl_backend_find(settings[i].backend, NULL)->usable(FL_BACKEND_F32, &why)) continue;
        host_key(settings[i].backend, NULL, NULL, usual);
        host_key(settings[i].backend, settings[i].name, settings[i].value, set);
        if (!strcmp(usual, set)) fail_msg("%s is not in the key", settings[i].name);
    }
}

static void what_chooses_neither_leaves_the_key_alone(void **state)
{
    char usual[17], set[17];
    host_key("onednn", NULL, NULL, usual);
    host_key("onednn", "LANG", "de_DE.UTF-8", set);
    assert_string_equal(usual, set);
    host_key("onednn", "GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA", set); /* libm has no part in any result */
    assert_string_equal(usual, set);
}

/* With its version or with the reason why it is missing; doctor and --version say the same. */
static void every_library_that_may_be_missing_is_named(void **state)
{
    static const char *const names[] = { "sqlite", "mpi", "archive", "png", "curl", "arpack" };
    command doctor = command_run("/", WORDS("doctor", "--json")), version = command_run("/", WORDS("--version"));
    json_t *found = json_loads(doctor.out, 0, NULL), *libraries = json_object_get(found, "libraries");
    assert_int_equal(json_object_size(libraries), sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[400];
        const char *library = json_string_value(json_object_get(libraries, names[i]));
        assert_true(library && *library);
        snprintf(line, sizeof line, "\n%-9s %s\n", names[i], library);
        assert_contains(version.out, line);
    }
    json_decref(found);
    command_free(&doctor);
    command_free(&version);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_chooses_kernels_or_threads_is_in_the_key),
        cmocka_unit_test(what_chooses_neither_leaves_the_key_alone),
        cmocka_unit_test(every_library_that_may_be_missing_is_named),
    };
    return test_run(tests, NULL, NULL);
}
