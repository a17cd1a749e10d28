/* Downloads from a real HTTP server on this machine that serves well or badly, by the first part of the path:
 * whatever it does, the target is either right or as it was, and nothing else stays behind. */
#include "dataset/fetch.h"
#include "support/folder.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* The content and `printf '%s' 'The quick brown fox ...' | sha256sum`, a known answer. */
static const char content[] = "The quick brown fox jumps over the lazy dog";
static const char sum[] = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592";
enum { N_BYTES = sizeof content - 1 };

/* Seconds without a byte after which a transfer is given up: of one that goes on, and of one that does not. */
enum { PATIENT = 300, IMPATIENT = 1 };

static const fl_dataset_file files[] = {
    { .name = "fox.gz", .bytes = N_BYTES, .sha256 = sum, .url = "http://fairlead.invalid/good/fox.gz" },
    { .name = "dog.gz", .bytes = N_BYTES, .sha256 = sum, .url = "http://fairlead.invalid/good/dog.gz" },
};
static const fl_dataset_kind kind = { .entry = { "animals", "", "" }, .files = files, .n_files = 2 };

/* How the server answers under a folder: status, the length it promises (-1: none), what it sends, how often. */
typedef struct reply {
    const char *folder, *status;
    int promised;
    const char *body;
    int times;
    bool stalls; /* after the body it waits for the client to go away */
} reply;

static const reply answers[] = {
    { "good", "200 OK", N_BYTES, content, 1, false },
    { "unannounced", "200 OK", -1, content, 1, false },
    { "wrong", "200 OK", N_BYTES, "The quick brown fox jumps over the lazy cog", 1, false },
    { "cut", "200 OK", N_BYTES, "The quick brown", 1, false },
    { "short", "200 OK", 15, "The quick brown", 1, false },
    { "huge", "200 OK", 100000 * N_BYTES, content, 100000, false },
    { "endless", "200 OK", -1, content, 100000, false },
    { "stalled", "200 OK", N_BYTES, "The quick", 1, true },
    { "silent", "", -1, "", 0, true },
    { "moved", "302 Found\r\nLocation: /good/fox.gz", 0, "", 0, false },
    { "circle", "302 Found\r\nLocation: /circle/fox.gz", 0, "", 0, false },
    { "elsewhere", "302 Found\r\nLocation: file:///etc/passwd", 0, "", 0, false },
    { "broken", "500 Internal Server Error", 4, "oops", 1, false },
    { "missing", "404 Not Found", 9, "Not Found", 1, false },
};
enum { N_ANSWERS = sizeof answers / sizeof *answers };

typedef struct fixture {
    pid_t server;
    int port;
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX]; /* the target is the only file in its folder */
    fl_error error;
} fixture;

static void send_text(int client, const char *text)
{
    for (size_t left = strlen(text); left;) {
        ssize_t put = send(client, text, left, MSG_NOSIGNAL);
        if (put <= 0) return;
        text += put;
        left -= (size_t)put;
    }
}

static void send_reply(int client, const reply *answer)
{
    char head[200];
    if (*answer->status) {
        snprintf(head, sizeof head, "HTTP/1.1 %s\r\nConnection: close\r\n", answer->status);
        send_text(client, head);
        snprintf(head, sizeof head, "Content-Length: %d\r\n", answer->promised);
        send_text(client, answer->promised < 0 ? "" : head);
        send_text(client, "\r\n");
    }
    for (int i = 0; i < answer->times; i++) send_text(client, answer->body);
    char rest[100];
    while (answer->stalls && recv(client, rest, sizeof rest, 0) > 0)
        ;
}

/* Read a request and answer by the folder it names; the last answer is for those not found. A proxy's requests name the
 * host before the folder, which makes no difference here. */
static void serve_one(int client)
{
    char request[4096] = "", folder[40];
    for (size_t n = 0; n < sizeof request - 1 && !strstr(request, "\r\n\r\n");) {
        ssize_t got = recv(client, request + n, sizeof request - 1 - n, 0);
        if (got <= 0) return;
        n += (size_t)got;
    }
    char *line_end = strstr(request, "\r\n");
    *line_end = 0;
    int i = 0;
    for (; i < N_ANSWERS - 1; i++) {
        snprintf(folder, sizeof folder, "/%s/", answers[i].folder);
        if (strstr(request, folder)) break;
    }
    send_reply(client, &answers[i]);
}

_Noreturn static void serve(int listener)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) _exit(1);
        serve_one(client);
        close(client);
    }
}

static void start_server(fixture *s)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(0, bind(listener, (struct sockaddr *)&address, size));
    assert_int_equal(0, listen(listener, 8));
    assert_int_equal(0, getsockname(listener, (struct sockaddr *)&address, &size));
    s->port = ntohs(address.sin_port);
    s->server = fork();
    if (s->server == 0) serve(listener);
    close(listener);
}

static int set_up(void **state)
{
    static const char *const proxies[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                           "ALL_PROXY",  "no_proxy",    "NO_PROXY" };
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++) unsetenv(proxies[i]);
    fixture *s = calloc(1, sizeof *s);
    folder_make(s->folder);
    fl_file_path_join(s->path, s->folder, files[0].name);
    start_server(s);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    fixture *s = *state;
    kill(s->server, SIGKILL);
    waitpid(s->server, NULL, 0);
    folder_remove(s->folder);
    free(s);
    return 0;
}

static const char *base(const fixture *s, const char *folder)
{
    static char url[200];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/%s", s->port, folder);
    return url;
}

static bool fetch_within(fixture *s, const char *folder, unsigned stall_seconds)
{
    char url[300];
    snprintf(url, sizeof url, "%s/fox.gz", base(s, folder));
    return fl_dataset_fetch_file(url, &files[0], s->path, stall_seconds, &s->error);
}

static bool fetch(fixture *s, const char *folder)
{
    return fetch_within(s, folder, PATIENT);
}

static void assert_holds(const char *path, const char *expected)
{
    char *bytes;
    size_t n;
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    assert_string_equal(expected, bytes);
    free(bytes);
}

static void assert_fetched(fixture *s, const char *folder)
{
    if (!fetch(s, folder)) fail_msg("%s", s->error.text);
    assert_holds(s->path, content);
    assert_int_equal(1, folder_count(s->folder));
}

/* Refused twice: with nothing there before, and with an older file, which stays. */
static void assert_refused_within(fixture *s, const char *folder, unsigned stall_seconds, const char *why)
{
    assert_false(fetch_within(s, folder, stall_seconds));
    assert_int_equal(FL_ERROR_MACHINE, s->error.fault);
    assert_contains(s->error.text, base(s, folder));
    assert_contains(s->error.text, why);
    assert_int_equal(0, folder_count(s->folder));
    put_file(s->path, "older", 5);
    assert_false(fetch_within(s, folder, stall_seconds));
    assert_holds(s->path, "older");
    assert_int_equal(1, folder_count(s->folder));
}

static void assert_refused(fixture *s, const char *folder, const char *why)
{
    assert_refused_within(s, folder, PATIENT, why);
}

static void a_right_file_arrives(void **state)
{
    assert_fetched(*state, "good");
}

static void a_right_file_replaces_what_was_there(void **state)
{
    fixture *s = *state;
    put_file(s->path, "older", 5);
    assert_fetched(s, "good");
}

static void a_length_need_not_be_announced(void **state)
{
    assert_fetched(*state, "unannounced");
}

static void a_redirection_is_followed(void **state)
{
    assert_fetched(*state, "moved");
}

static void redirections_in_a_circle_end(void **state)
{
    assert_refused(*state, "circle", "redirect");
}

static void a_redirection_to_another_protocol_is_refused(void **state)
{
    assert_refused(*state, "elsewhere", "rotocol");
}

static void only_http_is_spoken(void **state)
{
    fixture *s = *state;
    char url[FL_FILE_PATH_MAX + 10], source[FL_FILE_PATH_MAX];
    fl_file_path_join(source, s->folder, "source");
    put_file(source, content, N_BYTES);
    snprintf(url, sizeof url, "file://%s", source);
    assert_false(fl_dataset_fetch_file(url, &files[0], s->path, PATIENT, &s->error));
    assert_contains(s->error.text, "rotocol");
    assert_int_equal(1, folder_count(s->folder));
}

static void wrong_bytes_are_refused(void **state)
{
    assert_refused(*state, "wrong", "has the sha256");
}

static void a_connection_that_ends_early_is_refused(void **state)
{
    assert_refused(*state, "cut", "28 bytes remaining");
}

static void a_shorter_file_is_refused(void **state)
{
    assert_refused(*state, "short", "has 15 bytes instead of 43");
}

static void a_larger_file_is_refused_while_it_comes(void **state)
{
    assert_refused(*state, "huge", "more than the 43 bytes recorded");
}

static void an_endless_answer_is_refused_while_it_comes(void **state)
{
    assert_refused(*state, "endless", "more than the 43 bytes recorded");
}

static void a_stalled_transfer_is_given_up(void **state)
{
    assert_refused_within(*state, "stalled", IMPATIENT, "no byte came for 1 s");
}

static void a_silent_server_is_given_up(void **state)
{
    assert_refused_within(*state, "silent", IMPATIENT, "no byte came for 1 s");
}

static void a_missing_page_is_refused(void **state)
{
    assert_refused(*state, "nowhere", "404");
}

static void a_server_error_is_refused(void **state)
{
    assert_refused(*state, "broken", "500");
}

static void a_refused_connection_is_reported(void **state)
{
    fixture *s = *state;
    kill(s->server, SIGKILL);
    waitpid(s->server, NULL, 0);
    assert_refused(s, "good", "onnect");
    start_server(s);
}

static void a_target_that_cannot_be_replaced_is_reported(void **state)
{
    fixture *s = *state;
    assert_true(fl_file_folder_make(s->path, NULL));
    assert_false(fetch(s, "good"));
    assert_contains(s->error.text, "cannot be written");
    assert_int_equal(1, folder_count(s->folder));
}

static void the_proxy_of_the_environment_is_used(void **state)
{
    fixture *s = *state;
    setenv("http_proxy", base(s, ""), 1);
    bool fetched = fl_dataset_fetch_file(files[0].url, &files[0], s->path, PATIENT, &s->error);
    unsetenv("http_proxy");
    if (!fetched) fail_msg("%s", s->error.text); /* no one else answers for a host under .invalid (RFC 2606) */
}

static void collect(const char *line, void *user)
{
    strcat(strcat(user, line), "\n");
}

static void assert_set_is_fetched(fixture *s, const char *folder, const char *expected)
{
    char said[1000] = "";
    if (!fl_dataset_fetch(&kind, folder, base(s, "good"), PATIENT, collect, said, &s->error))
        fail_msg("%s", s->error.text);
    assert_string_equal(expected, said);
    assert_int_equal(2, folder_count(folder));
}

static void a_set_comes_whole_and_only_what_is_wrong_comes_again(void **state)
{
    fixture *s = *state;
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], all[500], one[500];
    fl_file_path_join(folder, s->folder, "new/animals");
    fl_file_path_join(path, folder, "dog.gz");
    const char *from = base(s, "good");
    snprintf(all, sizeof all, "fox.gz: fetched from %s/fox.gz\ndog.gz: fetched from %s/dog.gz\n", from, from);
    snprintf(one, sizeof one, "fox.gz: is there\ndog.gz: fetched from %s/dog.gz\n", from);
    assert_set_is_fetched(s, folder, all);
    put_file(path, "damaged", 7);
    assert_set_is_fetched(s, folder, one);
    assert_set_is_fetched(s, folder, "fox.gz: is there\ndog.gz: is there\n");
    assert_true(fl_dataset_check(&kind, folder, NULL));
}

/* A process number that nobody has: that of a child which has ended. */
static long dead_process(void)
{
    pid_t child = fork();
    if (child == 0) _exit(0);
    assert_int_equal(child, waitpid(child, NULL, 0));
    return child;
}

static void what_a_killed_fetch_left_is_removed_by_the_next(void **state)
{
    fixture *s = *state;
    char name[64], path[FL_FILE_PATH_MAX];
    const long writers[] = { dead_process(), getppid() };
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "fox.gz.%ld.part", writers[i]);
        fl_file_path_join(path, s->folder, name);
        put_file(path, "The quick", 9);
    }
    assert_false(fl_dataset_fetch(&kind, s->folder, base(s, "missing"), PATIENT, NULL, NULL, &s->error));
    assert_int_equal(1, folder_count(s->folder)); /* another fetch that lives keeps its own */
}

static void a_set_stops_at_the_first_file_that_fails(void **state)
{
    fixture *s = *state;
    assert_false(fl_dataset_fetch(&kind, s->folder, base(s, "wrong"), PATIENT, NULL, NULL, &s->error));
    assert_contains(s->error.text, "fox.gz");
    assert_int_equal(0, folder_count(s->folder));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_right_file_arrives),
        TEST(a_right_file_replaces_what_was_there),
        TEST(a_length_need_not_be_announced),
        TEST(a_redirection_is_followed),
        TEST(redirections_in_a_circle_end),
        TEST(a_redirection_to_another_protocol_is_refused),
        TEST(only_http_is_spoken),
        TEST(wrong_bytes_are_refused),
        TEST(a_connection_that_ends_early_is_refused),
        TEST(a_shorter_file_is_refused),
        TEST(a_larger_file_is_refused_while_it_comes),
        TEST(an_endless_answer_is_refused_while_it_comes),
        TEST(a_stalled_transfer_is_given_up),
        TEST(a_silent_server_is_given_up),
        TEST(a_missing_page_is_refused),
        TEST(a_server_error_is_refused),
        TEST(a_refused_connection_is_reported),
        TEST(a_target_that_cannot_be_replaced_is_reported),
        TEST(the_proxy_of_the_environment_is_used),
        TEST(a_set_comes_whole_and_only_what_is_wrong_comes_again),
        TEST(what_a_killed_fetch_left_is_removed_by_the_next),
        TEST(a_set_stops_at_the_first_file_that_fails),
    };
    return test_run(tests, NULL, NULL);
}
