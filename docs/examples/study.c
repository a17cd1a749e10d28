/* A study of two arms, run by two workers: SGD against Momentum, eight trials each, then what may be claimed.
 *   cc study.c $(pkg-config --cflags --libs fairlead) -o study && ./study FOLDER
 */
#include <fairlead/fairlead.h>
#include <stdio.h>

static const char text[] =
    "{ \"study\": \"two-arms\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", \"batch_size\": 32,\n"
    "  \"budget\": { \"trials\": 8, \"steps\": 50, \"eval_every\": 25 },\n"
    "  \"arms\": [\n"
    "    { \"arm\": \"sgd\", \"optimizer\": \"sgd\", \"space\": {\n"
    "      \"learning_rate\": { \"min\": 1e-3, \"max\": 1, \"scaling\": \"log\" } } },\n"
    "    { \"arm\": \"momentum\", \"optimizer\": \"momentum\", \"space\": {\n"
    "      \"learning_rate\": { \"min\": 1e-3, \"max\": 1, \"scaling\": \"log\" },\n"
    "      \"one_minus_momentum\": { \"min\": 1e-2, \"max\": 1, \"scaling\": \"log\" } } } ] }\n";

static bool summarize(const char *folder, fairlead_error *error)
{
    fairlead_results *results = fairlead_results_read(folder, error);
    if (!results) return false;
    char *summary = fairlead_results_summary_json(results);
    puts(summary);
    fairlead_text_free(summary);
    fairlead_results_free(results);
    return true;
}

int main(int argc, char **argv)
{
    fairlead_error error;
    if (argc != 2) return fprintf(stderr, "usage: study FOLDER\n"), 2;
    fairlead_study *study = fairlead_study_read("two-arms", text, &error);
    bool done = study && fairlead_study_run(study, argv[1], 2, NULL, NULL, NULL, &error) && summarize(argv[1], &error);
    if (!done) fprintf(stderr, "%s\n", error.text);
    fairlead_study_free(study);
    return done ? 0 : error.fault;
}
