/* Holm's correction: p-values of several claims of one kind, so that the chance of a single false claim among those
 * that are corrected together stays below the level (Holm 1979).
 */
#ifndef FL_STATS_HOLM_H
#define FL_STATS_HOLM_H

#include <stddef.h>

/* adjusted[i] = the corrected p[i]: claim what is below the level. `adjusted` may be `p`. */
void fl_stats_holm(const double *p, size_t n, double *adjusted);

#endif
