/* What is in a result folder: for every arm its runs, and the lowest validation error any evaluation saw.
 *   cc results.c $(pkg-config --cflags --libs fairlead) -o results && ./results FOLDER
 */
#include <fairlead/fairlead.h>
#include <stdio.h>

enum { ROOM = 1000 };

static double lowest(const fairlead_results *results, size_t arm, size_t run)
{
    static fairlead_point points[ROOM];
    size_t n = fairlead_results_points(results, arm, run, points, ROOM);
    double least = 1;
    for (size_t i = 0; i < n && i < ROOM; i++)
        if (points[i].val_error < least) least = points[i].val_error;
    return least;
}

static void show_arm(const fairlead_results *results, size_t arm)
{
    size_t n = fairlead_results_n_runs(results, arm);
    double least = 1;
    for (size_t run = 0; run < n; run++) {
        double of_run = lowest(results, arm, run);
        if (of_run < least) least = of_run;
    }
    printf("%-12s %4zu runs, at best %.4f\n", fairlead_results_arm(results, arm), n, least);
}

int main(int argc, char **argv)
{
    fairlead_error error;
    if (argc != 2) return fprintf(stderr, "usage: results FOLDER\n"), 2;
    fairlead_results *results = fairlead_results_read(argv[1], &error);
    if (!results) return fprintf(stderr, "%s\n", error.text), error.fault;
    for (size_t arm = 0; arm < fairlead_results_n_arms(results); arm++) show_arm(results, arm);
    fairlead_results_free(results);
    return 0;
}
