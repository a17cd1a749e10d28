/* The uniform numbers by which a step's targets are drawn, for kfac.py: a line of JSON with a list for each step.
 *
 *   kfac_draws SEED STEPS ROWS
 */
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    uint64_t seed = strtoull(argv[1], NULL, 10), steps = strtoull(argv[2], NULL, 10),
             rows = strtoull(argv[3], NULL, 10);
    for (uint64_t t = 0; t < steps; t++)
        for (uint64_t row = 0; row < rows; row++) {
            uint32_t bits;
            fl_random_stream stream = fl_random_stream_start(seed, "targets", t);
            fl_random_u32s(&stream, row, &bits, 1);
            printf("%s%.17g", row ? ", " : t ? "],\n[" : "[[", bits * 0x1p-32);
        }
    printf("]]\n");
    return 0;
}
