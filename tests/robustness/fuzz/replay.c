/* A fuzz target without a fuzzer: every file of a corpus, and so many mutants of each, the same ones on every machine.
 *
 *   replay FOLDER MUTANTS
 */
#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHANGES = 4 };

/* What readers stumble over. */
static const struct {
    const char *bytes;
    size_t n;
} pieces[] = {
#define PIECE(text)                                                                                                    \
    {                                                                                                                  \
        text, sizeof text - 1                                                                                          \
    }
    PIECE("\0"),   PIECE("\n"),      PIECE("\""),
    PIECE("\\"),   PIECE("{"),       PIECE("}"),
    PIECE("["),    PIECE(","),       PIECE(":"),
    PIECE("\xff"), PIECE("\\u0000"), PIECE("-1"),
    PIECE("0"),    PIECE("1e999"),   PIECE("NaN"),
    PIECE("null"), PIECE("true"),    PIECE("0.5"),
    PIECE("1e9"),  PIECE("\x7f"),    PIECE("18446744073709551616"),
};

typedef struct mutant {
    uint8_t *bytes;
    size_t n;
} mutant;

/* Put `with` in the place of `n` bytes at `at`. */
static void splice(mutant *m, size_t at, size_t n, const void *with, size_t n_with)
{
    uint8_t *changed = fl_memory_new(m->n - n + n_with + 1, 1);
    memcpy(changed, m->bytes, at);
    memcpy(changed + at, with, n_with);
    memcpy(changed + at + n_with, m->bytes + at + n, m->n - at - n);
    m->n += n_with - n;
    free(m->bytes);
    m->bytes = changed;
}

/* Turn a bit, cut a range, double a range, put a piece in a range's place, or end early. */
static void change(mutant *m, fl_random_stream *stream)
{
    size_t at = fl_random_below(stream, m->n + 1), left = m->n - at;
    size_t n = fl_random_below(stream, (left < 16 ? left : 16) + 1), kind = fl_random_below(stream, 8);
    size_t piece = fl_random_below(stream, sizeof pieces / sizeof *pieces);
    if (kind < 2 && left)
        m->bytes[at] ^= (uint8_t)(1u << fl_random_below(stream, 8));
    else if (kind < 3)
        splice(m, at, n, "", 0);
    else if (kind < 4) {
        uint8_t copy[16];
        memcpy(copy, m->bytes + at, n);
        splice(m, at, 0, copy, n);
    } else if (kind < 7)
        splice(m, at, n, pieces[piece].bytes, pieces[piece].n);
    else
        m->n = at;
}

static void run(const char *bytes, size_t n, uint64_t file, uint64_t number)
{
    mutant m = { fl_memory_new(n + 1, 1), n };
    memcpy(m.bytes, bytes, n);
    if (number) {
        fl_random_stream stream = fl_random_stream_start(file, "mutant", number);
        for (size_t i = 1 + fl_random_below(&stream, MOST_CHANGES); i > 0; i--) change(&m, &stream);
    }
    LLVMFuzzerTestOneInput(m.bytes, m.n);
    free(m.bytes);
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int n_files = argc == 3 ? scandir(argv[1], &entries, NULL, alphasort) : -1, done = 0;
    for (int i = 0; i < n_files; i++) {
        char path[FL_FILE_PATH_MAX], *bytes;
        size_t n;
        fl_error error;
        fl_file_path_join(path, argv[1], entries[i]->d_name);
        if (fl_file_exists(path)) {
            if (!fl_file_read(path, &bytes, &n, &error)) fl_error_die("%s", error.text);
            for (long number = 0; number <= atol(argv[2]); number++) run(bytes, n, (uint64_t)i, (uint64_t)number);
            free(bytes);
            done++;
        }
        free(entries[i]);
    }
    if (n_files >= 0) free(entries);
    printf("%d files of %s and %s mutants of each\n", done, argv[1], argv[2]);
    return done ? 0 : 1;
}
