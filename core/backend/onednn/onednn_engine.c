/* The engine, and what a failed call means. */
#include "backend/onednn/onednn.h"
#include "base/error.h"

#include <dnnl_debug.h>

void fl_onednn_check(dnnl_status_t status, const char *what)
{
    if (status == dnnl_out_of_memory) fl_error_give_up("no memory for %s", what);
    if (status != dnnl_success) fl_error_die("oneDNN: %s: %s", what, dnnl_status2str(status));
}

dnnl_engine_t fl_onednn_engine(void)
{
    static dnnl_engine_t engine; /* one for the process */
    if (!engine) fl_onednn_check(dnnl_engine_create(&engine, dnnl_cpu, 0), "making the engine");
    return engine;
}
