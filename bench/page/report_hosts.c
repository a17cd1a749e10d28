/* Where the trials ran: the facts behind every host key, as they were recorded. */
#include "page/report_parts.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static size_t count_trials(const fl_results *results, const char *key)
{
    size_t n = 0;
    for (size_t i = 0; i < results->n_records; i++) n += !strcmp(results->host_keys[results->records[i].host], key);
    return n;
}

static void add_value(fl_text *page, const json_t *value)
{
    char *number = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    html_element(page, "dd", number ? number : json_string_value(value));
    free(number);
}

/* Objects inside of objects become one list. */
static void add_facts(fl_text *page, const json_t *facts)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)facts, name, value)
    {
        if (json_is_object(value)) {
            add_facts(page, value);
            continue;
        }
        fl_text_add(page, "<dt>");
        for (const char *c = name; *c; c++) html_text(page, *c == '_' ? " " : (char[]){ *c, 0 });
        add_value(page, value);
        fl_text_add(page, "\n");
    }
}

void report_hosts(fl_text *page, const fl_summary *summary)
{
    const char *key;
    json_t *facts;
    const fl_results *results = summary->results;
    if (!json_object_size(results->hosts)) return;
    fl_text_add(page, "<section><h2>Machine and build</h2>\n");
    json_object_foreach(results->hosts, key, facts)
    {
        size_t n = count_trials(results, key);
        fl_text_add(page, "<h3><code>");
        html_text(page, key);
        fl_text_add(page, "</code> <small>%zu record%s</small></h3>\n<dl class=\"facts\">\n", n, n == 1 ? "" : "s");
        add_facts(page, facts);
        fl_text_add(page, "</dl>\n");
    }
    fl_text_add(page, "</section>\n");
}
