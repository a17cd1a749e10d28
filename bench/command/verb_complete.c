/* fairlead complete WORD...: what the last word may become, a candidate a line; the words are those after `fairlead`.
 * The shells' scripts (docs/completion) ask it, so that they know workloads, rules, hyperparameters and studies as this
 * build has them. Where it prints nothing the shell goes on with files.
 */
#include "command/verbs.h"
#include "export/export.h"
#include "figures/figure.h"
#include "say/places.h"
#include "trial/default.h"
#include "trial/setting.h"

#include <stdio.h>
#include <string.h>

typedef struct asked {
    char *const *words; /* words[0] is the verb; the last is to be completed */
    int n;
} asked;

/* The value of an option among the words, or NULL. */
static const char *given(const asked *a, const char *option)
{
    for (int i = 1; i + 1 < a->n; i++)
        if (!strcmp(a->words[i], option)) return a->words[i + 1];
    return NULL;
}

/* --- what there is --- */

#define PRINT_ENTRIES(list)                                                                                            \
    for (size_t i = 0; (list)[i]; i++) puts((list)[i]->entry.name)

static void print_words(const char *const *words)
{
    for (; *words; words++) puts(*words);
}

static void workloads(const asked *a)
{
    PRINT_ENTRIES(fl_workloads());
}

static void optimizers(const asked *a)
{
    PRINT_ENTRIES(fl_optimizers());
}

static void schedules(const asked *a)
{
    PRINT_ENTRIES(fl_schedules());
}

static void backends(const asked *a)
{
    PRINT_ENTRIES(fl_backends());
}

static void figure_names(const asked *a)
{
    for (const figure *const *f = figures(); *f; f++) puts((*f)->entry.name);
}

static void print_study(void *user, const char *name, const char *path)
{
    puts(name);
}

static void studies(const asked *a)
{
    places_each_study(print_study, NULL);
}

/* Of the rule, the schedule and the workload that were named before; where one was not, of one that has the least. */
static void hyperparameters(const asked *a)
{
    const char *workload = given(a, "--workload"), *optimizer = given(a, "--optimizer");
    const char *schedule = given(a, "--schedule");
    fl_trial_owners owners = { optimizer ? fl_optimizer_find(optimizer, NULL) : fl_optimizers()[0],
                               fl_schedule_find(schedule ? schedule : FL_TRIAL_DEFAULT_SCHEDULE, NULL),
                               workload ? fl_workload_find(workload, NULL) : fl_workloads()[0] };
    if (!owners.optimizer || !owners.schedule || !owners.workload) return;
    for (unsigned owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(&owners, owner, &n);
        for (size_t i = 0; i < n; i++) printf("%s%s=\n", fl_trial_owner_prefix(owner), table[i].name);
    }
}

static void precisions(const asked *a)
{
    for (int i = 0; i < FL_BACKEND_PRECISIONS; i++) puts(fl_backend_precision_name(i));
}

static void formats_of_pictures(const asked *a)
{
    print_words(figure_formats);
}

static void formats_of_exports(const asked *a)
{
    for (size_t i = 0; export_formats[i]; i++) puts(export_formats[i]->name);
}

static void kinds(const asked *a)
{
    for (size_t i = 0; list_kind(i); i++) puts(list_kind(i));
}

static void data_verbs(const asked *a)
{
    print_words(data_actions);
}

/* --- which of it is meant --- */

typedef struct source {
    const char *word; /* an option, or a verb whose words it completes */
    void (*print)(const asked *a);
} source;

static const source of_options[] = {
    { "--workload", workloads },    { "--optimizer", optimizers },
    { "--schedule", schedules },    { "--backend", backends },
    { "--precision", precisions },  { "--set", hyperparameters },
    { "--figure", figure_names },   { "--format", formats_of_pictures },
    { "--to", formats_of_exports }, { NULL },
};

static const source of_verbs[] = {
    { "run", studies }, { "plan", studies }, { "list", kinds }, { "data", data_verbs }, { NULL },
};

static bool print_from(const source *sources, const char *word, const asked *a)
{
    for (const source *s = sources; s->word; s++) {
        if (strcmp(s->word, word) != 0) continue;
        s->print(a);
        return true;
    }
    return false;
}

static void print_verbs(void)
{
    for (const verb *v = verbs; v->name; v++)
        if (v->about) puts(v->name);
}

static int print_options(const char *name)
{
    const verb *found = verbs_find(name, NULL);
    char *arguments[] = { (char *)name, "--help=options", NULL };
    return found && found->about ? found->run(2, arguments) : 0;
}

int verb_complete(int argc, char **argv)
{
    asked a = { argv + 1, argc - 1 };
    if (a.n < 1) return 0;
    const char *last = a.words[a.n - 1], *before = a.n > 1 ? a.words[a.n - 2] : "";
    if (a.n == 1)
        print_verbs();
    else if (*last == '-')
        return print_options(a.words[0]);
    else if (!print_from(of_options, before, &a))
        print_from(of_verbs, a.words[0], &a);
    return 0;
}
