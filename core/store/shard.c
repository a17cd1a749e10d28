/* Shards of a study, and the names of their files. */
#include "store/shard.h"

#include "base/error.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

void fl_store_file_name(char name[64], const char *stem, const char *ending, fl_store_shard shard)
{
    const char *dot = *shard.life ? "." : "";
    if (shard.count <= 1 && !*shard.life)
        snprintf(name, 64, "%s.%s", stem, ending);
    else
        snprintf(name, 64, "%s.%zu-of-%zu%s%s.%s", stem, shard.number, shard.count, dot, shard.life, ending);
}

void fl_store_shard_own_files(fl_store_shard *shard)
{
    uint32_t number;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        fl_error_give_up("no random numbers: %s", strerror(errno));
    snprintf(shard->life, sizeof shard->life, "%08x", number);
}
