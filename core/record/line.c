/* Checked lines. */
#include "record/line.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char check_key[] = ",\"check\":\"";
enum { KEY_SIZE = sizeof check_key - 1, HASH_SIZE = FL_HASH_TEXT - 1, TAIL_SIZE = KEY_SIZE + HASH_SIZE + 2 };

void fl_record_line_add(fl_text *text, const json_t *object)
{
    char *line = fl_json_line(object), hash[FL_HASH_TEXT];
    size_t n = strlen(line) - 1; /* without the closing brace */
    fl_hash_text(fl_hash(line, n), hash);
    fl_text_add_bytes(text, line, n);
    fl_text_add(text, "%s%s\"}\n", check_key, hash);
    free(line);
}

bool fl_record_line_good(const char *line, size_t n)
{
    char hash[FL_HASH_TEXT];
    if (n <= TAIL_SIZE) return false;
    const char *tail = line + n - TAIL_SIZE;
    fl_hash_text(fl_hash(line, n - TAIL_SIZE), hash);
    return !memcmp(tail, check_key, KEY_SIZE) && !memcmp(tail + KEY_SIZE, hash, HASH_SIZE) &&
           !memcmp(tail + KEY_SIZE + HASH_SIZE, "\"}", 2);
}

json_t *fl_record_line_read(const char *line, size_t n)
{
    return fl_record_line_good(line, n) ? json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static bool is_torn(int file)
{
    char last;
    off_t end = lseek(file, 0, SEEK_END);
    return end > 0 && pread(file, &last, 1, end - 1) == 1 && last != '\n';
}

bool fl_record_line_append(const char *path, const json_t *object)
{
    fl_text line = { 0 };
    int file = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0) return false;
    if (is_torn(file)) fl_text_add(&line, "\n");
    fl_record_line_add(&line, object);
    errno = ENOSPC; /* a short write sets none */
    bool written = write(file, line.bytes, line.length) == (ssize_t)line.length && fsync(file) == 0 &&
                   fl_file_sync_folder_of(path);
    int trouble = errno;
    close(file);
    fl_text_free(&line);
    errno = trouble;
    return written;
}
