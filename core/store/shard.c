/* Shards of a study, and the names of their files. */
#include "store/shard.h"

#include <stdio.h>

void fl_store_file_name(char name[64], const char *stem, const char *ending, fl_store_shard shard)
{
    if (shard.count <= 1)
        snprintf(name, 64, "%s.%s", stem, ending);
    else
        snprintf(name, 64, "%s.%zu-of-%zu.%s", stem, shard.number, shard.count, ending);
}
