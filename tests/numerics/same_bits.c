/* What must not depend on machine or compiler does not: the digest (tests/numerics/bits) prints the same hashes when
 * built with and without optimisation, when libm thinks the processor older than it is, and as it did when expected.txt
 * was written. */
#include "support/command.h"

#define DIGEST(name) FL_BUILD_DIR "/tests/numerics/bits/digest_" name
#define MASK "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX512CD,-AVX512BW,-AVX512DQ,-AVX512VL,-ERMS,-AVX"

static char *expected; /* what this build prints */

/* What a digest prints; free(). With `mask`, glibc leaves its code for newer processors alone. */
static char *digest(const char *program, const char *argument, bool mask)
{
    if (mask) setenv("GLIBC_TUNABLES", MASK, 1);
    command c = command_start_program(program, "/", WORDS(program, argument));
    if (mask) unsetenv("GLIBC_TUNABLES");
    command_wait(&c);
    if (c.code) fail_msg("%s ended with %d: %s", program, c.code, c.err);
    char *out = strdup(c.out);
    command_free(&c);
    return out;
}

static int set_up(void **state)
{
    expected = digest(DIGEST("as_built"), NULL, false);
    return 0;
}

static int tear_down(void **state)
{
    free(expected);
    return 0;
}

static void assert_same_digest(const char *program, bool mask)
{
    char *out = digest(program, NULL, mask);
    assert_true(strlen(out) > 1000);
    assert_string_equal(out, expected);
    free(out);
}

static void the_level_of_optimisation_changes_no_bit(void **state)
{
    assert_same_digest(DIGEST("O0"), false);
}

static void wider_vectors_change_no_bit(void **state)
{
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        test_skip("this processor has no AVX2 and FMA, so code compiled for them is not tried");
    assert_same_digest(DIGEST("O3_v3"), false);
}

static void masking_fma_and_avx2_changes_no_bit(void **state)
{
    assert_same_digest(DIGEST("as_built"), true);
}

/* The mask does what it is meant to: libm's own functions are not that steady (which is why nothing may use them). */
static void masking_fma_and_avx2_changes_libm(void **state)
{
    if (!__builtin_cpu_supports("fma")) test_skip("this processor has no FMA, so there is nothing to mask");
    char *plain = digest(DIGEST("as_built"), "libm", false), *masked = digest(DIGEST("as_built"), "libm", true);
    assert_string_not_equal(plain, masked);
    free(plain);
    free(masked);
}

/* bits/expected.txt was written by digest_O0 on an AMD EPYC (family 25) with GCC 12.2 and SLEEF 3.5.1. Whoever
 * registers another rule or schedule prints a line more, which is no fault. */
static void the_bits_are_those_of_every_machine(void **state)
{
    char *written;
    size_t n, lines = 0;
    fl_error error;
    if (!fl_file_read(FL_SOURCE_DIR "/tests/numerics/bits/expected.txt", &written, &n, &error))
        fail_msg("%s", error.text);
    for (char *line = strtok(written, "\n"); line; line = strtok(NULL, "\n"), lines++)
        if (!strstr(expected, line)) fail_msg("'%s' is expected, and the digest is\n%s", line, expected);
    assert_true(lines > 30);
    free(written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_level_of_optimisation_changes_no_bit), cmocka_unit_test(wider_vectors_change_no_bit),
        cmocka_unit_test(masking_fma_and_avx2_changes_no_bit),      cmocka_unit_test(masking_fma_and_avx2_changes_libm),
        cmocka_unit_test(the_bits_are_those_of_every_machine),
    };
    return test_run(tests, set_up, tear_down);
}
