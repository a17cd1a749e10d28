/* Facts from /proc/cpuinfo, hwloc and the build. */
#include "record/host.h"
#include "base/denormals.h"
#include "base/exact.h"
#include "base/hash.h"
#include "base/text.h"
#include "record/build.h"

#include <errno.h>
#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value of the first "key : value" line of /proc/cpuinfo, or "". To be refused a file that is there is not to know
 * the machine. */
static void cpu_line(const char *key, char *value, size_t size)
{
    char line[4096];
    FILE *file = fopen("/proc/cpuinfo", "re");
    *value = 0;
    if (!file && errno != ENOENT) fl_error_give_up("/proc/cpuinfo: %s", strerror(errno));
    while (file && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (!colon || strncmp(line, key, strlen(key))) continue;
        snprintf(value, size, "%s", colon + 1 + strspn(colon + 1, " "));
        value[strcspn(value, "\n")] = 0;
        break;
    }
    if (file) fclose(file);
}

/* Of the processor's flags those that choose kernels. */
static void add_instruction_sets(fl_text *text)
{
    static const char *const wanted[] = { "sse4_2",   "avx",      "avx2",     "fma",         "avx512f",
                                          "avx512bw", "avx512vl", "avx512dq", "avx512_vnni", "avx512_bf16",
                                          "amx_tile", "amx_bf16", NULL };
    char flags[4096], padded[4100], word[40];
    cpu_line("flags", flags, sizeof flags);
    snprintf(padded, sizeof padded, " %s ", flags);
    for (const char *const *flag = wanted; *flag; flag++) {
        snprintf(word, sizeof word, " %s ", *flag);
        if (strstr(padded, word)) fl_text_add(text, "%s%s", text->length ? " " : "", *flag);
    }
}

unsigned fl_record_host_cores(void)
{
    static int n; /* they are counted once: it takes hwloc milliseconds */
    hwloc_topology_t topology;
    setenv("HWLOC_HIDE_ERRORS", "2", 0); /* without /sys it would complain on stderr, and count all the same */
    if (!n && hwloc_topology_init(&topology) == 0) {
        if (hwloc_topology_load(topology) == 0) n = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
        hwloc_topology_destroy(topology);
    }
    return n > 0 ? (unsigned)n : 1;
}

/* Data caches by level: libraries cut their matrices to fit them, and where they cut settles the order of sums. */
static void describe_caches(char *text, size_t size)
{
    snprintf(text, size, "%ld %ld %ld", sysconf(_SC_LEVEL1_DCACHE_SIZE), sysconf(_SC_LEVEL2_CACHE_SIZE),
             sysconf(_SC_LEVEL3_CACHE_SIZE));
}

json_t *fl_record_host_machine(void)
{
    char model[128], family[16], number[16], stepping[16], caches[64];
    fl_text sets = { 0 };
    cpu_line("model name", model, sizeof model);
    cpu_line("cpu family", family, sizeof family);
    cpu_line("model\t", number, sizeof number);
    cpu_line("stepping", stepping, sizeof stepping);
    add_instruction_sets(&sets);
    describe_caches(caches, sizeof caches);
    json_t *machine = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "processor", model, "family", family, "model",
                                number, "stepping", stepping, "instruction_sets", sets.bytes ? sets.bytes : "",
                                "caches", caches, "cores", (int)fl_record_host_cores());
    fl_text_free(&sets);
    return machine;
}

json_t *fl_record_host_build(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "version", fl_record_build_version, "commit",
                     fl_record_build_commit, "sources", fl_record_build_sources, "compiler", fl_record_build_compiler,
                     "flags", fl_record_build_flags, "functions", fl_exact_library);
}

json_t *fl_record_host_facts(const fl_backend *backend, const char *implementation)
{
    fl_text library = { 0 };
    char control[16];
    backend->describe(&library);
    snprintf(control, sizeof control, "0x%04x", fl_denormals_environment());
    json_t *facts =
        json_pack("{s:o, s:o, s:s, s:s, s:s, s:s}", "machine", fl_record_host_machine(), "build",
                  fl_record_host_build(), "backend", backend->entry.name, "library", library.bytes ? library.bytes : "",
                  "floating_point", control, "implementation", implementation ? implementation : "");
    fl_text_free(&library);
    return facts;
}

/* Facts for people, no part of the key: an allocation (a cpuset, mpirun's binding) changes the cores that are seen, and
 * no result depends on them. */
static bool is_told_only(const char *prefix, const char *name)
{
    return !strcmp(prefix, "machine.") && !strcmp(name, "cores");
}

/* A fact that the older record does not hold is not known to differ: facts are added from release to release. */
static void add_differences(const json_t *was, const json_t *is, const char *prefix, fl_text *names)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)is, name, value)
    {
        const json_t *before = json_object_get(was, name);
        char inner[80];
        snprintf(inner, sizeof inner, "%s%.40s.", prefix, name);
        if (!before || is_told_only(prefix, name)) continue;
        if (json_is_object(value))
            add_differences(before, value, inner, names);
        else if (!json_equal(before, value))
            fl_text_add(names, "%s%s%s", names->length ? ", " : "", prefix, name);
    }
}

void fl_record_host_difference(const json_t *was, const json_t *is, fl_text *names)
{
    if (was)
        add_differences(was, is, "", names);
    else
        fl_text_add(names, "machine, build");
}

void fl_record_host_key(const json_t *facts, char key[17])
{
    json_t *hashed = json_deep_copy(facts);
    json_object_del(json_object_get(hashed, "machine"), "cores");
    char *line = fl_json_line(hashed);
    fl_hash_text(fl_hash(line, strlen(line)), key);
    free(line);
    json_decref(hashed);
}

void fl_record_host_key_of(const fl_backend *backend, const char *implementation, char key[17])
{
    json_t *facts = fl_record_host_facts(backend, implementation);
    fl_record_host_key(facts, key);
    json_decref(facts);
}
