/* fairlead doctor: what machine this is, and whether timings on it can be trusted. */
#include "base/text.h"
#include "say/options.h"
#include "record/host.h"
#include "command/libraries.h"
#include "command/quiet.h"
#include "command/verbs.h"

#include <stdio.h>
#include <string.h>

static const usage doctor_usage = {
    "fairlead doctor [--json]",
    "Names the machine, the build and the backends, and tells what makes timings here less trustworthy: a busy "
    "machine, a varying clock rate, a noisy neighbour. Results never depend on any of it, only seconds do.",
    "fairlead doctor",
};

static json_t *examine(void)
{
    quiet now = quiet_now();
    json_t *backends = json_object();
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        fl_text library = { 0 };
        fl_error why;
        if ((*b)->usable(FL_BACKEND_F32, &why)) (*b)->describe(&library);
        json_object_set_new(backends, (*b)->entry.name, json_string(library.bytes ? library.bytes : why.text));
        fl_text_free(&library);
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:f, s:f, s:o}", "machine", fl_record_host_machine(), "build",
                     fl_record_host_build(), "backends", backends, "libraries", libraries_found(), "load", now.load,
                     "unsteadiness", now.unsteadiness, "doubts", now.doubts);
}

static void print_object(const char *title, const json_t *object)
{
    const char *key;
    json_t *value;
    printf("%s\n", title);
    json_object_foreach((json_t *)object, key, value)
    {
        if (json_is_integer(value))
            printf("  %-18s %lld\n", key, (long long)json_integer_value(value));
        else if (*json_string_value(value))
            printf("  %-18s %s\n", key, json_string_value(value));
    }
}

static void print_findings(const json_t *found)
{
    const json_t *doubts = json_object_get(found, "doubts");
    size_t i;
    json_t *message;
    print_object("machine", json_object_get(found, "machine"));
    print_object("build", json_object_get(found, "build"));
    print_object("backends", json_object_get(found, "backends"));
    print_object("libraries", json_object_get(found, "libraries"));
    printf("timings\n");
    if (!json_array_size(doubts)) printf("  nothing speaks against them\n");
    json_array_foreach(doubts, i, message) printf("  %s\n", json_string_value(message));
    if (json_array_size(doubts)) printf("  compare only what was measured interleaved, in one run, by medians\n");
}

int verb_doctor(int argc, char **argv)
{
    bool json = false;
    const option options[] = { { "--json", NULL, OPTION_FLAG, NULL, "print JSON", &json } };
    words rest;
    int code = options_read(&doctor_usage, options, 1, argc, argv, 0, 0, &rest);
    if (code != GO_ON) return code;
    json_t *found = examine();
    if (json) {
        json_dumpf(found, stdout, JSON_INDENT(2));
        printf("\n");
    } else {
        print_findings(found);
    }
    json_decref(found);
    return 0;
}
