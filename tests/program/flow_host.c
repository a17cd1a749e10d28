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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_chooses_kernels_or_threads_is_in_the_key),
        cmocka_unit_test(what_chooses_neither_leaves_the_key_alone),
    };
    return test_run(tests, NULL, NULL);
}
