/* Launchers are known by their variables. */
#include "wire/launch.h"
#include "base/text.h"
#include "wire/mpi_module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Who starts processes, the variable that says so, the one that counts them, those that number this one among all and
 * on its machine, the one that lists how many have each command line, and whose library understands it; of several that
 * speak the first counts: under an mpirun that srun started, Slurm's variables are those of the daemon. */
static const struct {
    const char *name, *variable, *count, *rank, *local_rank, *counts, *flavour;
} launchers[] = {
    { "Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK",
      "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_APP_CTX_NUM_PROCS", "Open MPI" },
    { "srun --mpi=pmix", "PMIX_RANK", "SLURM_STEP_NUM_TASKS", "PMIX_RANK", "SLURM_LOCALID", NULL, "Open MPI" },
    { "MPICH's mpirun, or srun --mpi=pmi2", "PMI_RANK", "PMI_SIZE", "PMI_RANK", "MPI_LOCALRANKID", NULL, "MPICH" },
    { "srun", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_LOCALID", NULL, NULL },
};

enum { N_LAUNCHERS = sizeof launchers / sizeof *launchers };

static int number_of(const char *variable)
{
    uint64_t value;
    const char *text = variable ? getenv(variable) : NULL;
    return text && fl_text_whole_read(text, 0, 1 << 24, &value) ? (int)value : 0;
}

static size_t launcher(void)
{
    size_t i = 0;
    while (i < N_LAUNCHERS && !getenv(launchers[i].variable)) i++;
    return i;
}

int fl_wire_launch_size(void)
{
    size_t by = launcher();
    int size = by < N_LAUNCHERS ? number_of(launchers[by].count) : 1;
    return size > 1 ? size : 1;
}

bool fl_wire_launched(void)
{
    return fl_wire_launch_size() > 1;
}

/* Of "2 1" the processes 0 and 2 begin a command line. */
static bool begins_a_command_line(const char *variable, int rank)
{
    const char *counts = variable ? getenv(variable) : NULL;
    char *end;
    long first = 0;
    for (; counts && first < rank; counts = end) {
        long count = strtol(counts, &end, 10);
        if (end == counts) return false;
        first += count;
    }
    return first == rank;
}

bool fl_wire_launch_is_first(void)
{
    size_t by = launcher();
    if (!fl_wire_launched()) return true;
    int rank = number_of(launchers[by].rank);
    return begins_a_command_line(launchers[by].counts, rank);
}

bool fl_wire_launch_is_first_here(void)
{
    return fl_wire_launch_is_first() || number_of(launchers[launcher()].local_rank) == 0;
}

/* Of "2(x3),1" node 3 has one task, those before it two; 0 where it is not told. */
static int tasks_of_node(const char *counts, long node)
{
    char *end;
    for (; counts && *counts; counts = end + (*end == ',')) {
        long tasks = strtol(counts, &end, 10), times = 1;
        if (end == counts || tasks < 1 || tasks > 1 << 24) return 0;
        if (!strncmp(end, "(x", 2)) times = strtol(end + 2, &end, 10);
        if (*end == ')') end++;
        if (times < 1 || (*end && *end != ',')) return 0;
        if (node < times) return (int)tasks;
        node -= times;
    }
    return 0;
}

int fl_wire_launch_neighbours(void)
{
    int local = number_of("OMPI_COMM_WORLD_LOCAL_SIZE"), mpich = number_of("MPI_LOCALNRANKS");
    int tasks = number_of("SLURM_STEP_NUM_TASKS"), nodes = number_of("SLURM_STEP_NUM_NODES");
    if (local || mpich) return local ? local : mpich;
    int here = tasks_of_node(getenv("SLURM_STEP_TASKS_PER_NODE"), number_of("SLURM_NODEID"));
    if (here) return here;
    return tasks && nodes ? (tasks + nodes - 1) / nodes : 1;
}

bool fl_wire_launch_variable(const char *setting)
{
    static const char *const beginnings[] = { "OMPI_",  "PMIX_", "PMI_",  "MPI_",  "MPICH_",
                                              "HYDRA_", "HYDI_", "ORTE_", "PRTE_", "SLURM_" };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (!strncmp(setting, beginnings[i], strlen(beginnings[i]))) return true;
    return false;
}

/* Stays open to the end of the process: libraries of MPI cannot be closed. */
static const fl_wire_mpi_module *open_module(const char *path, char why[160])
{
    if (access(path, F_OK) != 0) {
        snprintf(why, 160, "this build has no MPI module; build the source with -DFAIRLEAD_MPI=ON for one");
        return NULL;
    }
    void *file = dlopen(path, RTLD_NOW | RTLD_GLOBAL); /* global: Open MPI's components look for its symbols */
    const fl_wire_mpi_module *module = file ? dlsym(file, "fl_wire_mpi") : NULL;
    if (module && module->version == FL_WIRE_MPI_VERSION) return module;
    snprintf(why, 160, "the MPI module cannot be opened: %s", file ? "it is of another build" : dlerror());
    return NULL;
}

/* Refused by what all see alike: the first says it. */
static bool one_for_all(fl_error *error)
{
    return fl_wire_launch_is_first() ? false : fl_error_user(error, "%s", "");
}

static bool join(const fl_wire_mpi_module *module, size_t by, fl_wire **wire, fl_error *error)
{
    fl_wire_transport transport;
    int wanted = number_of(launchers[by].count);
    const char *trouble = module->join(&transport);
    if (trouble) return fl_error_machine(error, "%s: %s", module->library(), trouble);
    if (transport.size > 1) *wire = fl_wire_new(transport);
    if (transport.size > 1 || wanted <= 1) return true;
    fl_error_user(error,
                  "%d tasks were launched, but each is alone in its MPI world: launch by srun --mpi=pmix, or by the "
                  "mpirun of %s; --no-mpi runs each by itself",
                  wanted, module->library());
    return one_for_all(error);
}

static bool refuse_without_module(size_t by, const char *why, fl_error *error)
{
    if (!fl_wire_launch_is_first_here()) return fl_error_user(error, "%s", "");
    return fl_error_user(error, "launched by %s, but %s; --no-mpi runs each process by itself", launchers[by].name,
                         why);
}

static bool refuse_launcher(const fl_wire_mpi_module *module, size_t by, fl_error *error)
{
    fl_error_user(error,
                  "launched by %s, which does not start programs of %s: use its own mpirun or srun --mpi=%s; --no-mpi "
                  "runs each process by itself",
                  launchers[by].name, module->flavour, strcmp(module->flavour, "MPICH") ? "pmix" : "pmi2");
    return one_for_all(error);
}

bool fl_wire_launch(const char *path, fl_wire **wire, fl_error *error)
{
    char why[160];
    size_t by = launcher();
    *wire = NULL;
    if (!fl_wire_launched()) return true;
    const fl_wire_mpi_module *module = open_module(path, why);
    if (!module) return refuse_without_module(by, why, error);
    bool fits = launchers[by].flavour && !strcmp(launchers[by].flavour, module->flavour);
    return fits ? join(module, by, wire, error) : refuse_launcher(module, by, error);
}

void fl_wire_launch_describe(const char *path, char text[200])
{
    char why[160];
    const fl_wire_mpi_module *module = open_module(path, why);
    snprintf(text, 200, "%s", module ? module->library() : why);
}
