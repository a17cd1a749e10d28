/* Names that mean something to somebody: to a shell, to gnuplot, to a browser, to printf, to the parser of options.
 * They stand in paths and in a study, through every verb; nothing may be obeyed. Whoever obeys one touches a canary. */
#include "support/program.h"

#include <ftw.h>
#include <jansson.h>
#include <unistd.h>

/* Everything below lies in here, and the words of the command line begin with a dash. */
#define ODD                                                                                                            \
    "-dash/with space/it's \"so\"/gr\xc3\xb6\xc3\x9f"                                                                  \
    "e/back\\slash/100%s%n/<b>&amp;/{@_^}/new\nline/$(touch canary)`touch canary`"

/* CANARY stands for the canary's path; every element and attribute below has evil in its name. */
static const char *const arms[] = {
    "`touch CANARY`",
    "$(touch CANARY) @touch {/Symbol a_^",
    "'.system('touch CANARY').'",
    "\".system(\"touch CANARY\").\"",
    "\\'; system('touch CANARY'); '",
    "\"><evil onevil='1'>&amp;]]><!--",
    "</style></script></title></svg></text><evil>",
    "'1 \\1 %s%n \xe2\x80\xae"
    "evil \xf0\x9f\xa6\x86",
};

enum { N_ARMS = sizeof arms / sizeof *arms };

/* `text` with the canary's path in it. */
static json_t *named(const char *text)
{
    fl_text out = { 0 };
    const char *at = strstr(text, "CANARY");
    fl_text_add_bytes(&out, text, at ? (size_t)(at - text) : strlen(text));
    if (at) fl_text_add(&out, "%s/canary%s", folder, at + strlen("CANARY"));
    json_t *name = json_string(out.bytes);
    assert_non_null(name);
    fl_text_free(&out);
    return name;
}

static void put_odd_study(void)
{
    char path[FL_FILE_PATH_MAX];
    json_t *list = json_array();
    for (size_t i = 0; i < N_ARMS; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:s, s:{s:{s:f, s:f, s:s}}}", "arm", named(arms[i]), "optimizer", "sgd",
                                        "space", "learning_rate", "min", 1e-3, "max", 1e-1, "scaling", "log"));
    json_t *study =
        json_pack("{s:s, s:o, s:s, s:s, s:i, s:{s:i, s:i}, s:o}", "study", "<evil>'`\"$(touch canary)", "why",
                  named("<evil onevil=\"1\"> `touch CANARY` ]]> &quot;"), "workload", "quadratic/noisy", "backend",
                  "naive", "batch_size", 4, "budget", "trials", 2, "steps", 5, "arms", list);
    fl_file_path_join(path, folder, ODD "/a study.json");
    assert_int_equal(json_dump_file(study, path, JSON_INDENT(1)), 0);
    json_decref(study);
}

static int set_up(void **state)
{
    char path[FL_FILE_PATH_MAX];
    workspace_set_up(state);
    fl_file_path_join(path, folder, ODD);
    assert_true(fl_file_folder_make(path, NULL));
    put_odd_study();
    return 0;
}

static int find_canary(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    return !strcmp(path + where->base, "canary");
}

static void assert_no_canary(void)
{
    assert_int_equal(nftw(folder, find_canary, 8, FTW_PHYS), 0);
}

/* --- paths --- */

static void every_verb_takes_odd_paths(void **state)
{
    char path[FL_FILE_PATH_MAX];
    assert_runs(0, folder, "run", "-o", ODD "/out", "--progress", "none", "--", ODD "/a study.json");
    assert_runs(0, folder, "run", "-o", ODD "/out", "--progress", "none", "--", ODD "/a study.json");
    assert_runs(0, folder, "summary", "--csv", "--", ODD "/out");
    assert_runs(0, folder, "check", "--", ODD "/out");
    assert_runs(0, folder, "verify", "--", ODD "/out");
    assert_runs(0, folder, "compare", "--", ODD "/out", ODD "/out");
    assert_runs(0, folder, "report", "-o", ODD "/page.html", "--", ODD "/out");
    assert_runs(0, folder, "export", "--to", "csv", "-o", ODD "/all.csv", "--", ODD "/out");
    static const char *const formats[] = { "svg", "png", "pdf" };
    for (size_t i = 0; i < 3; i++)
        assert_runs(0, folder, "plot", "--figure", "axes", "--format", formats[i], "-o", ODD "/drawn", "--",
                    ODD "/out");
    static const char *const made[] = { "/out/figures/final_error.svg",
                                        "/out/report.html",
                                        "/page.html",
                                        "/all.csv",
                                        "/drawn/axes.svg",
                                        "/drawn/axes.png",
                                        "/drawn/axes.pdf" };
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        fl_text within = { 0 };
        fl_text_add(&within, "%s%s", ODD, made[i]);
        fl_file_path_join(path, folder, within.bytes);
        if (!fl_file_exists(path)) fail_msg("there is no %s", path);
        fl_text_free(&within);
    }
    assert_no_canary();
}

static void a_trial_takes_odd_paths(void **state)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, ODD "/rates");
    put_file(path, "0.1 0.2", 7);
    assert_runs(0, folder, "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--schedule", "list",
                "--set", "schedule.rates=@" ODD "/rates", "--steps", "2", "--backend", "naive", "--trace",
                ODD "/trace.jsonl", "--export", ODD "/export");
    fl_file_path_join(path, folder, ODD "/export/inputs.npy");
    assert_true(fl_file_exists(path));
    assert_no_canary();
}

/* --- pages and drawings --- */

/* Facts of a machine are texts of others as well. */
static void put_odd_host(void)
{
    char path[FL_FILE_PATH_MAX];
    const char *key;
    json_t *facts;
    fl_file_path_join(path, folder, ODD "/out/host.json");
    json_t *file = json_load_file(path, 0, NULL), *hosts = json_object_get(file, "hosts");
    assert_true(json_object_size(hosts));
    json_object_foreach(hosts, key, facts)
        json_object_set_new(facts, "<evil onevil=1>", json_string("\"><evil onevil='1'><!--"));
    assert_int_equal(json_dump_file(file, path, 0), 0);
    json_decref(file);
}

/* Reads the page as a browser would and the drawing as XML: no element, attribute or comment is evil, and every arm's
 * name is there as a text; but that legends cut long ones, and that XML has no ]]>. */
static const char judge[] =
    "import html.parser, json, sys, xml.etree.ElementTree\n"
    "def innocent(*words):\n"
    "    for word in words:\n"
    "        if 'evil' in word: sys.exit('the study wrote ' + word)\n"
    "class Page(html.parser.HTMLParser):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.texts, self.n = [], 0\n"
    "    def handle_starttag(self, tag, attributes):\n"
    "        innocent(tag, *[name for name, _ in attributes])\n"
    "        self.n += 1\n"
    "    def handle_data(self, data): self.texts.append(data)\n"
    "    def handle_comment(self, data): innocent(data)\n"
    "    def handle_decl(self, data): innocent(data)\n"
    "    def handle_pi(self, data): innocent(data)\n"
    "    def unknown_decl(self, data): innocent(data)\n"
    "folder = sys.argv[1]\n"
    "page = Page()\n"
    "page.feed(open(folder + '/report.html', encoding='utf-8').read())\n"
    "page.close()\n"
    "study, text = json.load(open(folder + '/study.json')), ''.join(page.texts)\n"
    "for name in [study['study'], study['why'], '<evil onevil=1>'] + [arm['arm'] for arm in study['arms']]:\n"
    "    if name not in text: sys.exit('the page does not say ' + name)\n"
    "if page.n < 100: sys.exit('that is no page')\n"
    "drawing = xml.etree.ElementTree.parse(folder + '/figures/final_error.svg').getroot()\n"
    "for element in drawing.iter(): innocent(element.tag, *element.attrib)\n"
    "text, longest = ''.join(drawing.itertext()), 48\n"
    "for name in [arm['arm'] for arm in study['arms']]:\n"
    "    if len(name) <= longest and name.replace(']]>', ']] >') not in text: sys.exit('nobody drew ' + name)\n";

static void a_page_and_a_drawing_hold_a_studys_names_as_text(void **state)
{
    put_odd_host();
    assert_runs(0, folder, "report", "--", ODD "/out");
    command c = command_start_program("python3", folder, WORDS("python3", "-c", judge, ODD "/out"));
    command_wait(&c);
    if (c.code) fail_msg("%s%s", c.out, c.err);
    command_free(&c);
    assert_no_canary();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_takes_odd_paths),
        cmocka_unit_test(a_trial_takes_odd_paths),
        cmocka_unit_test(a_page_and_a_drawing_hold_a_studys_names_as_text),
    };
    if (system("command -v gnuplot >/dev/null && command -v python3 >/dev/null")) {
        return test_skip_all("gnuplot or python3 is not installed, so odd names are not tried");
    }
    return test_run(tests, set_up, workspace_tear_down);
}
