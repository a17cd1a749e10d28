/* libarchive as a stream: sizes are checked before a byte of a member is read, and what is not wanted is passed over,
 * as long as it is little. */
#include "dataset/archive.h"
#include "dataset/dataset.h"

#ifndef FL_HAVE_ARCHIVE

const char *fl_dataset_archive_library(void)
{
    return "this build cannot read archives: it was made without libarchive (Debian package libarchive-dev)";
}

bool fl_dataset_archive_read(const char *path, const fl_dataset_member *members, size_t n, fl_error *error)
{
    return fl_error_user(error, "%s: %s", path, fl_dataset_archive_library());
}

#else

#include "base/memory.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16, MOST_UNWANTED = 1 << 22 /* descriptions, checksums, tar's own blocks */ };

const char *fl_dataset_archive_library(void)
{
    return archive_version_string();
}

typedef struct reading {
    struct archive *archive;
    const char *path;
    const fl_dataset_member *members;
    size_t n;
    bool *found;
    int64_t most;   /* bytes that it may unpack to */
    int64_t passed; /* bytes of members that nobody wants, holes included, of which the archive itself has none */
} reading;

/* libarchive's own message, with where it stood. */
static bool damaged(const reading *r, fl_error *error)
{
    const char *reason = archive_error_string(r->archive);
    return fl_error_user(error, "%s: byte %lld: its archive is damaged: %s", r->path,
                         (long long)archive_filter_bytes(r->archive, -1), reason ? reason : "it ends too early");
}

static bool refuse(const reading *r, const char *name, const char *what, fl_error *error)
{
    return fl_error_user(error, "%s: byte %lld of what it unpacks to: member '%.200s' %s", r->path,
                         (long long)archive_read_header_position(r->archive), name, what);
}

/* Does a name stay below the folder it is unpacked in? */
static bool stays_inside(const char *name)
{
    if (*name == '/') return false;
    for (const char *at = name; at; at = strchr(at, '/')) {
        at += *at == '/';
        if (!strncmp(at, "..", 2) && (!at[2] || at[2] == '/')) return false;
    }
    return true;
}

static bool read_member(reading *r, size_t index, const char *name, struct archive_entry *entry, fl_error *error)
{
    const fl_dataset_member *member = &r->members[index];
    if (r->found[index]) return refuse(r, name, "is there twice", error);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_size(entry) != (int64_t)member->bytes)
        return fl_error_user(
            error, "%s: byte %lld of what it unpacks to: member '%s' is to be a file of %zu bytes, not of %lld",
            r->path, (long long)archive_read_header_position(r->archive), name, member->bytes,
            (long long)archive_entry_size(entry));
    r->found[index] = true;
    la_ssize_t got = archive_read_data(r->archive, member->to, member->bytes);
    return got == (la_ssize_t)member->bytes || damaged(r, error);
}

/* Pass over what is not wanted, in blocks, so that a bomb is noticed before it is unpacked. */
static bool skip(reading *r, const char *name, fl_error *error)
{
    char block[BLOCK];
    for (;;) {
        la_ssize_t got = archive_read_data(r->archive, block, sizeof block);
        if (got < 0) return damaged(r, error);
        if (got == 0) return true;
        r->passed += got;
        if (archive_filter_bytes(r->archive, 0) > r->most || r->passed > r->most)
            return refuse(r, name, "makes it unpack to far more than the data set has", error);
    }
}

static bool read_entry(reading *r, struct archive_entry *entry, fl_error *error)
{
    const char *name = archive_entry_pathname(entry);
    if (!name || !stays_inside(name)) return refuse(r, name ? name : "", "leads out of the archive", error);
    for (size_t i = 0; i < r->n; i++)
        if (!strcmp(name, r->members[i].name)) return read_member(r, i, name, entry, error);
    return skip(r, name, error);
}

static bool read_entries(reading *r, fl_error *error)
{
    struct archive_entry *entry;
    int code;
    while ((code = archive_read_next_header(r->archive, &entry)) == ARCHIVE_OK)
        if (!read_entry(r, entry, error)) return false;
    if (code != ARCHIVE_EOF) return damaged(r, error);
    for (size_t i = 0; i < r->n; i++)
        if (!r->found[i]) return fl_error_user(error, "%s: has no member '%s'", r->path, r->members[i].name);
    return true;
}

bool fl_dataset_archive_read(const char *path, const fl_dataset_member *members, size_t n, fl_error *error)
{
    reading r = { archive_read_new(), path, members, n, fl_memory_new(n, sizeof(bool)), MOST_UNWANTED, 0 };
    if (!r.archive) fl_error_give_up("libarchive cannot be started");
    for (size_t i = 0; i < n; i++) r.most += (int64_t)members[i].bytes;
    archive_read_support_format_tar(r.archive);
    archive_read_support_filter_gzip(r.archive);
    archive_read_support_filter_xz(r.archive);
    bool read = archive_read_open_filename(r.archive, path, BLOCK) == ARCHIVE_OK
                    ? read_entries(&r, error)
                    : fl_error_user(error, "%s: %s", path, archive_error_string(r.archive));
    archive_read_free(r.archive);
    free(r.found);
    return read;
}

#endif
