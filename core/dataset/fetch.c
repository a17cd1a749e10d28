/* Downloads through libcurl, which reads the proxies of the environment by itself. It is loaded when the first file is
 * fetched: it brings some thirty libraries, with which every other command would take half as long again to begin.
 *
 * Bytes go to a temporary file beside the target, never more of them than the data set records; only after size and
 * sha256 agree is it renamed. It is not synced to the disk: every later use compares the sha256 again.
 */
#include "dataset/fetch.h"
#include "base/clock.h"
#include "base/file.h"

#include <curl/curl.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_REDIRECTS = 5 };

typedef struct libcurl {
    CURL *(*init)(void);
    CURLcode (*setopt)(CURL *curl, CURLoption option, ...);
    CURLcode (*perform)(CURL *curl);
    void (*cleanup)(CURL *curl);
    const char *(*strerror)(CURLcode code);
    char *(*version)(void);
} libcurl;

/* It stays loaded. */
static bool load_libcurl(libcurl *of, fl_error *error)
{
    const struct {
        const char *name;
        void **call;
    } calls[] = { { "curl_easy_init", (void **)&of->init },         { "curl_easy_setopt", (void **)&of->setopt },
                  { "curl_easy_perform", (void **)&of->perform },   { "curl_easy_cleanup", (void **)&of->cleanup },
                  { "curl_easy_strerror", (void **)&of->strerror }, { "curl_version", (void **)&of->version } };
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return fl_error_machine(error, "nothing can be fetched: %s", dlerror());
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (!(*calls[i].call = dlsym(library, calls[i].name)))
            return fl_error_machine(error, "nothing can be fetched: %s", dlerror());
    return true;
}

typedef struct progress {
    FILE *file;
    uint64_t most, bytes; /* that may come, that came */
    unsigned stall_seconds;
    double last_byte; /* when it came, by the clock */
    char reason[100]; /* why this side broke off, or "" */
} progress;

const char *fl_dataset_fetch_library(void)
{
    static char text[300];
    fl_error why;
    libcurl of;
    snprintf(text, sizeof text, "%.290s", load_libcurl(&of, &why) ? of.version() : why.text);
    return text;
}

static size_t receive(char *bytes, size_t size, size_t n, void *user)
{
    progress *download = user;
    n *= size;
    if (n > download->most - download->bytes) {
        snprintf(download->reason, sizeof download->reason, "sends more than the %" PRIu64 " bytes recorded",
                 download->most);
        return 0; /* libcurl breaks off when fewer than n are taken */
    }
    download->bytes += n;
    download->last_byte = fl_clock_seconds();
    size_t written = fwrite(bytes, 1, n, download->file);
    if (written < n) snprintf(download->reason, sizeof download->reason, "cannot be stored: %s", strerror(errno));
    return written;
}

/* Asked by libcurl about once a second. Its own low-speed limit averages over several seconds and so waits longer than
 * it is set to. */
static int is_stalled(void *user, curl_off_t all, curl_off_t received, curl_off_t all_up, curl_off_t sent)
{
    progress *download = user;
    if (fl_clock_seconds() - download->last_byte <= download->stall_seconds) return 0;
    snprintf(download->reason, sizeof download->reason, "no byte came for %u s", download->stall_seconds);
    return 1;
}

static void configure(const libcurl *of, CURL *curl, const char *url, progress *download, char *reason)
{
    of->setopt(curl, CURLOPT_URL, url);
    of->setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https"); /* redirections included */
    of->setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    of->setopt(curl, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
    of->setopt(curl, CURLOPT_FAILONERROR, 1L);
    of->setopt(curl, CURLOPT_NOSIGNAL, 1L);
    of->setopt(curl, CURLOPT_USERAGENT, "fairlead");
    of->setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    of->setopt(curl, CURLOPT_WRITEDATA, download);
    of->setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stalled);
    of->setopt(curl, CURLOPT_XFERINFODATA, download);
    of->setopt(curl, CURLOPT_NOPROGRESS, 0L);
    of->setopt(curl, CURLOPT_ERRORBUFFER, reason);
}

/* The body of `url` into an open file. */
static bool transfer(const char *url, uint64_t bytes, FILE *to, unsigned stall_seconds, fl_error *error)
{
    char reason[CURL_ERROR_SIZE] = "";
    progress download = { .file = to, .most = bytes, .stall_seconds = stall_seconds, .last_byte = fl_clock_seconds() };
    libcurl of;
    if (!load_libcurl(&of, error)) return false;
    CURL *curl = of.init();
    if (!curl) fl_error_give_up("libcurl cannot be started");
    configure(&of, curl, url, &download, reason);
    CURLcode code = of.perform(curl);
    of.cleanup(curl);
    if (code == CURLE_OK) return true;
    const char *why = *download.reason ? download.reason : *reason ? reason : of.strerror(code);
    return fl_error_machine(error, "%s: %s", url, why);
}

/* Transfer, check and rename; what is left of `temporary` afterwards is rubbish. */
static bool replace(const char *url, const fl_dataset_file *file, const char *temporary, const char *path,
                    unsigned stall_seconds, fl_error *error)
{
    FILE *to = fopen(temporary, "wbe");
    if (!to) return fl_file_error(error, temporary, "cannot be created");
    bool came = transfer(url, file->bytes, to, stall_seconds, error);
    if (fclose(to) != 0 && came) came = fl_error_machine(error, "%s: %s", temporary, strerror(errno));
    if (!came) return false;
    fl_error wrong;
    if (!fl_dataset_file_check(file, temporary, &wrong))
        return fl_error_machine(error, "%s: not the file that is recorded: %.800s", url, wrong.text);
    if (rename(temporary, path) == 0) return true;
    return fl_error_machine(error, "%s: cannot be written: %s", path, strerror(errno));
}

/* Is `name` the temporary file for `target` of a process that is no more? */
static bool is_abandoned(const char *name, const char *target)
{
    size_t n = strlen(target);
    long process = 0;
    int end = 0;
    if (strncmp(name, target, n)) return false;
    sscanf(name + n, ".%ld.part%n", &process, &end);
    return end && !name[n + (size_t)end] && process > 0 && kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

/* Remove what fetches that were killed left in `folder` beside a file. */
static void sweep(const char *folder, const char *target)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, NULL);
    for (int i = 0; i < n; i++) {
        char path[FL_FILE_PATH_MAX];
        fl_file_path_join(path, folder, entries[i]->d_name);
        if (is_abandoned(entries[i]->d_name, target)) unlink(path);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

bool fl_dataset_fetch_file(const char *url, const fl_dataset_file *file, const char *path, unsigned stall_seconds,
                           fl_error *error)
{
    char temporary[FL_FILE_PATH_MAX + 40];
    snprintf(temporary, sizeof temporary, "%s.%ld.part", path, (long)getpid());
    if (replace(url, file, temporary, path, stall_seconds, error)) return true;
    unlink(temporary);
    return false;
}

/* The url of a file, from a mirror if there is one. */
static void locate(const fl_dataset_file *file, const char *base_url, char url[FL_FILE_PATH_MAX])
{
    const char *slash = strrchr(file->url, '/');
    if (base_url)
        fl_file_path_join(url, base_url, slash + 1);
    else
        snprintf(url, FL_FILE_PATH_MAX, "%s", file->url);
}

static bool is_right(const fl_dataset_file *file, const char *folder)
{
    char path[FL_FILE_PATH_MAX];
    return fl_dataset_file_find(file, folder, path) && fl_dataset_file_check(file, path, NULL);
}

static bool fetch_one(const fl_dataset_file *file, const char *folder, const char *url, unsigned stall_seconds,
                      fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, file->name);
    sweep(folder, file->name);
    return fl_dataset_fetch_file(url, file, path, stall_seconds, error);
}

bool fl_dataset_fetch(const fl_dataset_kind *kind, const char *folder, const char *base_url, unsigned stall_seconds,
                      void (*said)(const char *line, void *user), void *user, fl_error *error)
{
    if (kind->n_files && !fl_file_folder_make(folder, error)) return false;
    for (size_t i = 0; i < kind->n_files; i++) {
        const fl_dataset_file *file = &kind->files[i];
        char url[FL_FILE_PATH_MAX], line[2 * FL_FILE_PATH_MAX];
        locate(file, base_url, url);
        bool there = is_right(file, folder);
        if (!there && !fetch_one(file, folder, url, stall_seconds, error)) return false;
        snprintf(line, sizeof line, "%s: %s%s", file->name, there ? "is there" : "fetched from ", there ? "" : url);
        if (said) said(line, user);
    }
    return true;
}
