/* fairlead worker: what `run` starts. */
#include "farm/worker.h"
#include "command/verbs.h"

int verb_worker(int argc, char **argv)
{
    return fl_farm_worker_serve();
}
