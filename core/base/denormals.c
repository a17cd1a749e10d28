/* The two modes are bits of MXCSR (Intel SDM 1, 10.2.3). */
#include "base/denormals.h"

#include <xmmintrin.h>

enum { STICKY_FLAGS = 0x003f, DENORMALS_ARE_ZERO = 0x0040, FLUSH_TO_ZERO = 0x8000 };

unsigned fl_denormals_flush(void)
{
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | DENORMALS_ARE_ZERO | FLUSH_TO_ZERO);
    return before;
}

void fl_denormals_restore(unsigned before)
{
    _mm_setcsr(before);
}

unsigned fl_denormals_environment(void)
{
    return (_mm_getcsr() | DENORMALS_ARE_ZERO | FLUSH_TO_ZERO) & 0xffffu & ~(unsigned)STICKY_FLAGS;
}
