/* A file of /dev/shm, locked as long as its owner lives: one that nobody locks was left by a process that was killed
 * before it could hide the name, and goes when the next is made. */
#include "client/client_memory.h"
#include "base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { YOUNG_SECONDS = 60 }; /* it may not have been locked yet */

static const char folder[] = "/dev/shm", prefix[] = "fairlead-rule-";

static void remove_if_left(const char *entry)
{
    char name[300];
    snprintf(name, sizeof name, "/%s", entry);
    int file = shm_open(name, O_RDWR | O_CLOEXEC, 0);
    if (file < 0) return;
    struct stat facts;
    bool old = fstat(file, &facts) == 0 && time(NULL) - facts.st_ctime > YOUNG_SECONDS;
    if (old && flock(file, LOCK_EX | LOCK_NB) == 0) shm_unlink(name);
    close(file);
}

static void remove_what_was_left(void)
{
    DIR *all = opendir(folder);
    if (!all) return;
    for (struct dirent *entry; (entry = readdir(all));)
        if (!strncmp(entry->d_name, prefix, sizeof prefix - 1)) remove_if_left(entry->d_name);
    closedir(all);
}

static bool fail(fl_client_memory *memory, const char *what, int reason, fl_error *error)
{
    fl_client_memory_free(memory);
    return fl_error_machine(error, "shared memory of %zu bytes (%s): %s: %s", memory->bytes, folder, what,
                            strerror(reason));
}

bool fl_client_memory_make(fl_client_memory *memory, size_t bytes, fl_error *error)
{
    static unsigned n;
    *memory = (fl_client_memory){ .bytes = bytes, .file = -1 };
    remove_what_was_left();
    snprintf(memory->name, sizeof memory->name, "/%s%ld-%u", prefix, (long)getpid(), n++);
    memory->file = shm_open(memory->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (memory->file < 0) {
        memory->name[0] = 0;
        return fail(memory, "cannot be made", errno, error);
    }
    flock(memory->file, LOCK_EX | LOCK_NB);
    int trouble = posix_fallocate(memory->file, 0, (off_t)bytes); /* or a full one would be noticed by a signal */
    if (trouble) return fail(memory, "there is no room", trouble, error);
    memory->at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, memory->file, 0);
    if (memory->at == MAP_FAILED) {
        memory->at = NULL;
        return fail(memory, "cannot be mapped", errno, error);
    }
    return true;
}

/* No seals: what shm_open makes takes none, and the client opens it by that name. */
bool fl_client_memory_whole(const fl_client_memory *memory)
{
    struct stat facts;
    return fstat(memory->file, &facts) == 0 && (size_t)facts.st_size >= memory->bytes;
}

/* The pages that hold `n` bytes at `at`. */
static void *pages(void *at, size_t n, size_t *into, size_t *bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *into = (uintptr_t)at % page;
    *bytes = (*into + n + page - 1) / page * page;
    return (char *)at - *into;
}

bool fl_client_memory_show(const fl_client_memory *memory, size_t from, void *at, size_t n)
{
    size_t into, bytes, page = (size_t)sysconf(_SC_PAGESIZE);
    void *first = pages(at, n, &into, &bytes);
    if (from % page != into) return false;
    return mmap(first, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_POPULATE, memory->file,
                (off_t)(from - into)) != MAP_FAILED;
}

void fl_client_memory_clear(void *at, size_t n)
{
    size_t into, bytes;
    void *first = pages(at, n, &into, &bytes);
    if (mmap(first, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        fl_error_give_up("no memory for %zu bytes", n);
}

void fl_client_memory_hide(fl_client_memory *memory)
{
    if (*memory->name) shm_unlink(memory->name);
    memory->name[0] = 0;
}

void fl_client_memory_free(fl_client_memory *memory)
{
    fl_client_memory_hide(memory);
    if (memory->at) munmap(memory->at, memory->bytes);
    if (memory->file >= 0) close(memory->file);
    memory->at = NULL;
    memory->file = -1;
}
