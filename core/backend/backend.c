/* What backends share. */
#include "backend/backend.h"

const char *fl_backend_precision_name(fl_backend_precision precision)
{
    static const char *const names[FL_BACKEND_PRECISIONS] = { [FL_BACKEND_F32] = "f32", [FL_BACKEND_BF16] = "bf16" };
    return names[precision];
}
