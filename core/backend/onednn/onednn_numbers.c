/* From bf16 to floats and back, for loops over floats. */
#include "backend/onednn/onednn_numbers.h"
#include "base/clones.h"
#include "backend/onednn/onednn.h"

FL_CLONES void fl_onednn_widen(const uint16_t *from, size_t n, float *to)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) to[i] = fl_onednn_load(from, i, true);
}

FL_CLONES void fl_onednn_narrow(const float *from, size_t n, uint16_t *to)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) fl_onednn_round(to, i, from[i], true);
}
