/* Scrambled Halton points (Halton 1960; scrambling as in Bousquet et al. 2017).
 *
 * Coordinate a mirrors the trial's number at the point, in the a-th prime base b:
 *     index = d_0 + d_1 b + d_2 b^2 + ...    ->    u = p_0(d_0) / b + p_1(d_1) / b^2 + p_2(d_2) / b^3 + ...
 * where p_j is a random permutation of 0..b-1 for this seed, axis and place. Without permutations, axes of large bases
 * would climb together. Leading zeros are permuted too, for as many digits as a double holds, which also moves the
 * whole set at random. Small bases fill the space evenly after few points: any b points in a row meet every b-th of the
 * axis. Digits are summed as whole numbers and divided once, so the bits are the same everywhere.
 */
#include "search/search.h"
#include "base/random.h"

enum { LARGEST_BASE = 311, MOST_PLACES = 53 };

static const uint32_t BASES[FL_SEARCH_AXES] = {
    2,   3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,  47,  53,
    59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103, 107, 109, 113, 127, 131,
    137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223,
    227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, LARGEST_BASE,
};

/* Where the permutation of this seed, axis and place sends `digit`. */
static uint32_t permuted(uint64_t seed, size_t axis, size_t place, uint32_t digit)
{
    uint32_t digits[LARGEST_BASE];
    fl_random_stream stream = fl_random_stream_start(seed, "search", axis * MOST_PLACES + place);
    for (uint32_t d = 0; d < BASES[axis]; d++) digits[d] = d;
    fl_random_shuffle(&stream, digits, BASES[axis]);
    return digits[digit];
}

static double coordinate(uint64_t seed, size_t axis, uint64_t index)
{
    const uint64_t exact = UINT64_C(1) << 53; /* whole numbers up to here are doubles, so u stays below 1 */
    uint64_t base = BASES[axis], numerator = 0, denominator = 1;
    for (size_t place = 0; denominator <= exact / base; place++) {
        numerator = numerator * base + permuted(seed, axis, place, (uint32_t)(index % base));
        denominator *= base;
        index /= base;
    }
    return (double)numerator / (double)denominator;
}

static void point(const fl_search_request *request, double *u)
{
    for (size_t axis = 0; axis < request->n_axes; axis++) u[axis] = coordinate(request->seed, axis, request->index);
}

const fl_search fl_search_halton = {
    .entry = { "halton", "scrambled Halton points: evenly spread, the first k are the same for every number of trials",
               "Halton 1960; Bousquet et al. 2017" },
    .size = fl_search_endless,
    .point = point,
};
