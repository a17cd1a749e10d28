/* Launchers are known by their variables. */
#include "wire/launch.h"
#include "base/text.h"
#include "wire/mpi_module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Who starts processes, the variable that says so, the one that counts them, and whose library understands it; of
 * several that speak the first counts. */
static const struct {
    const char *name, *variable, *count, *flavour;
} launchers[] = {
    { "Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "Open MPI" },
    { "srun --mpi=pmix", "PMIX_RANK", "SLURM_STEP_NUM_TASKS", "Open MPI" },
    { "MPICH's mpirun, or srun --mpi=pmi2", "PMI_RANK", "PMI_SIZE", "MPICH" },
    { "srun", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_NUM_TASKS", NULL },
};

enum { N_LAUNCHERS = sizeof launchers / sizeof *launchers };

static int number_of(const char *variable)
{
    uint64_t value;
    const char *text = variable ? getenv(variable) : NULL;
    return text && fl_text_whole_read(text, 1, 1 << 24, &value) ? (int)value : 0;
}

static size_t launcher(void)
{
    size_t i = 0;
    while (i < N_LAUNCHERS && !getenv(launchers[i].variable)) i++;
    return i;
}

bool fl_wire_launched(void)
{
    size_t by = launcher();
    return by < N_LAUNCHERS && number_of(launchers[by].count) > 1;
}

int fl_wire_launch_neighbours(void)
{
    int local = number_of("OMPI_COMM_WORLD_LOCAL_SIZE"), mpich = number_of("MPI_LOCALNRANKS");
    int tasks = number_of("SLURM_STEP_NUM_TASKS"), nodes = number_of("SLURM_STEP_NUM_NODES");
    if (local || mpich) return local ? local : mpich;
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
        snprintf(why, 160, "this build has no MPI module (configure with -DFAIRLEAD_MPI=ON)");
        return NULL;
    }
    void *file = dlopen(path, RTLD_NOW | RTLD_GLOBAL); /* global: Open MPI's components look for its symbols */
    const fl_wire_mpi_module *module = file ? dlsym(file, "fl_wire_mpi") : NULL;
    if (module && module->version == FL_WIRE_MPI_VERSION) return module;
    snprintf(why, 160, "the MPI module cannot be opened: %s", file ? "it is of another build" : dlerror());
    return NULL;
}

static bool join(const fl_wire_mpi_module *module, size_t by, fl_wire **wire, fl_error *error)
{
    fl_wire_transport transport;
    int wanted = number_of(launchers[by].count);
    const char *trouble = module->join(&transport);
    if (trouble) return fl_error_machine(error, "%s: %s", module->library(), trouble);
    if (transport.size > 1) *wire = fl_wire_new(transport);
    if (transport.size > 1 || wanted <= 1) return true;
    return fl_error_user(error,
                         "%d tasks were launched, but each is alone in its MPI world: launch by srun --mpi=pmix, or by "
                         "the mpirun of %s; --no-mpi runs each by itself",
                         wanted, module->library());
}

bool fl_wire_launch(const char *path, fl_wire **wire, fl_error *error)
{
    char why[160];
    size_t by = launcher();
    *wire = NULL;
    if (!fl_wire_launched()) return true;
    const fl_wire_mpi_module *module = open_module(path, why);
    if (!module)
        return fl_error_user(error, "launched by %s, but %s; --no-mpi runs each process by itself", launchers[by].name,
                             why);
    if (!launchers[by].flavour || strcmp(launchers[by].flavour, module->flavour))
        return fl_error_user(error,
                             "launched by %s, which does not start programs of %s: use its own mpirun or srun "
                             "--mpi=%s; --no-mpi runs each process by itself",
                             launchers[by].name, module->flavour, strcmp(module->flavour, "MPICH") ? "pmix" : "pmi2");
    return join(module, by, wire, error);
}

void fl_wire_launch_describe(const char *path, char text[200])
{
    char why[160];
    const fl_wire_mpi_module *module = open_module(path, why);
    snprintf(text, 200, "%s", module ? module->library() : why);
}
