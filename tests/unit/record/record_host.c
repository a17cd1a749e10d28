/* The host key: every fact that determines a result beside the trial's identity (plan_trial.c) is in it. What the
 * environment does to a whole process is tried by flow_host.c. */
#include "support/command.h"
#include "base/hash.h"
#include "record/host.h"

#include <sys/stat.h>
#include <xmmintrin.h>

static const char *const determinants[] = {
    "machine.processor", "machine.family",  "machine.model", "machine.stepping", "machine.instruction_sets",
    "machine.caches",    "build.version",   "build.commit",  "build.sources",    "build.compiler",
    "build.flags",       "build.functions", "backend",       "library",          "floating_point",
    "implementation",
};

enum { N_DETERMINANTS = sizeof determinants / sizeof *determinants };

static json_t *facts_here(void)
{
    return fl_record_host_facts(fl_backend_find("naive", NULL), "dense1: rows");
}

/* The object that holds a fact, and the fact's own name. */
static json_t *holder(json_t *facts, const char *determinant, const char **name)
{
    char room[40];
    const char *point = strchr(determinant, '.');
    *name = point ? point + 1 : determinant;
    if (!point) return facts;
    snprintf(room, sizeof room, "%.*s", (int)(point - determinant), determinant);
    return json_object_get(facts, room);
}

static size_t count_facts(const json_t *facts)
{
    const char *name;
    json_t *value;
    size_t n = 0;
    json_object_foreach((json_t *)facts, name, value) n += json_is_object(value) ? count_facts(value) : 1;
    return n;
}

static void every_determinant_changes_the_key_and_is_named(void **state)
{
    json_t *facts = facts_here();
    char key[17], other_key[17];
    fl_record_host_key(facts, key);
    assert_int_equal(count_facts(facts), N_DETERMINANTS + 1); /* machine.cores is the other */
    for (size_t i = 0; i < N_DETERMINANTS; i++) {
        const char *name;
        fl_text differing = { 0 };
        json_t *other = json_deep_copy(facts), *within = holder(other, determinants[i], &name);
        assert_non_null(json_object_get(within, name));
        json_object_set_new(within, name, json_string("another"));
        fl_record_host_key(other, other_key);
        fl_record_host_difference(facts, other, &differing);
        assert_string_not_equal(other_key, key);
        assert_string_equal(differing.bytes, determinants[i]);
        fl_text_free(&differing);
        json_decref(other);
    }
    json_decref(facts);
}

/* What an allocation shows of a machine: the same program computes the same bits in it. */
static void the_cores_that_are_seen_change_nothing(void **state)
{
    json_t *facts = facts_here(), *other = json_deep_copy(facts);
    char key[17], other_key[17];
    fl_text differing = { 0 };
    json_object_set_new(json_object_get(other, "machine"), "cores", json_integer(4095));
    fl_record_host_key(facts, key);
    fl_record_host_key(other, other_key);
    fl_record_host_difference(facts, other, &differing);
    assert_string_equal(other_key, key);
    assert_int_equal(differing.length, 0);
    json_decref(facts);
    json_decref(other);
}

static void assert_key(const json_t *facts, const char *key, bool same)
{
    char other[17];
    fl_record_host_key(facts, other);
    if (same != !strcmp(key, other)) fail_msg("the key is %s the same", same ? "not" : "still");
    json_decref((json_t *)facts);
}

static void backend_and_implementation_are_part_of_the_key(void **state)
{
    char key[17];
    json_t *facts = facts_here();
    fl_record_host_key(facts, key);
    json_decref(facts);
    assert_key(facts_here(), key, true);
    assert_key(fl_record_host_facts(fl_backend_find("naive", NULL), "dense1: columns"), key, false);
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        if ((*b)->usable(FL_BACKEND_F32, NULL))
            assert_key(fl_record_host_facts(*b, "dense1: rows"), key, !strcmp((*b)->entry.name, "naive"));
}

/* The bits of MXCSR (Intel SDM 1, 10.2.3) that change results, and those that only tell what happened. */
static void the_floating_point_environment_is_part_of_the_key(void **state)
{
    static const struct {
        unsigned bits;
        bool same;
    } settings[] = {
        { 0x8000, true },  /* flush to zero: every trial computes so (base/denormals.h) */
        { 0x0040, true },  /* denormals are zeros: likewise */
        { 0x2000, false }, /* round down */
        { 0x4000, false }, /* round up */
        { 0x6000, false }, /* truncate */
        { 0x0020, true },  /* the sticky flag of inexact results */
        { 0x0010, true },  /* of underflow */
    };
    char key[17];
    unsigned before = _mm_getcsr() & ~0x3fu;
    _mm_setcsr(before);
    json_t *facts = facts_here();
    fl_record_host_key(facts, key);
    json_decref(facts);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        _mm_setcsr(before | settings[i].bits);
        facts = facts_here();
        _mm_setcsr(before);
        assert_key(facts, key, settings[i].same);
    }
}

/* Facts are added from release to release; what an old record does not say is not held against it. */
static void a_fact_that_an_old_record_lacks_is_not_a_difference(void **state)
{
    json_t *facts = facts_here(), *old = json_deep_copy(facts);
    fl_text differing = { 0 };
    json_object_del(json_object_get(old, "machine"), "caches");
    json_object_del(json_object_get(old, "build"), "sources");
    fl_record_host_difference(old, facts, &differing);
    assert_int_equal(differing.length, 0);
    fl_record_host_difference(NULL, facts, &differing); /* the folder has lost its host.json */
    assert_string_equal(differing.bytes, "machine, build");
    fl_text_free(&differing);
    json_decref(old);
    json_decref(facts);
}

/* --- the sum over the sources --- */

/* What the build's own script writes for a tree. free() */
static char *build_facts(const char *folder)
{
    char out[FL_FILE_PATH_MAX], define[FL_FILE_PATH_MAX + 20], *bytes;
    size_t n;
    fl_file_path_join(out, folder, "build.c");
    snprintf(define, sizeof define, "-DOUTPUT=%s", out);
    command c = command_start_program("cmake", folder,
                                      WORDS("cmake", "-DSOURCE=.", define, "-P", FL_SOURCE_DIR "/cmake/build.cmake"));
    command_wait(&c);
    if (c.code) fail_msg("%s", c.err);
    command_free(&c);
    assert_true(fl_file_read(out, &bytes, &n, NULL));
    return bytes;
}

static void put_within(const char *folder, const char *name, const char *text)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    put_file(path, text, strlen(text));
}

static void make_within(const char *folder, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    assert_int_equal(mkdir(path, 0777), 0);
}

static void a_changed_source_changes_the_build(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    folder_make(folder);
    make_within(folder, "core");
    make_within(folder, "core/optimizer");
    make_within(folder, "cmake");
    put_within(folder, "cmake/build.c.in", "@fairlead_sources@");
    put_within(folder, "CMakeLists.txt", "options");
    put_within(folder, "core/optimizer/optimizer_new.c", "eta");
    char *first = build_facts(folder), *again = build_facts(folder);
    assert_string_equal(first, again);
    assert_int_equal(strspn(first, "0123456789abcdef"), 12);
    put_within(folder, "core/optimizer/optimizer_new.c", "2 * eta");
    char *other_source = build_facts(folder);
    put_within(folder, "CMakeLists.txt", "other options");
    char *other_options = build_facts(folder);
    assert_string_not_equal(first, other_source);
    assert_string_not_equal(other_options, other_source);
    free(first);
    free(again);
    free(other_source);
    free(other_options);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_determinant_changes_the_key_and_is_named),
        cmocka_unit_test(the_cores_that_are_seen_change_nothing),
        cmocka_unit_test(backend_and_implementation_are_part_of_the_key),
        cmocka_unit_test(the_floating_point_environment_is_part_of_the_key),
        cmocka_unit_test(a_fact_that_an_old_record_lacks_is_not_a_difference),
        cmocka_unit_test(a_changed_source_changes_the_build),
    };
    return test_run(tests, NULL, NULL);
}
