/* Texts of a study file that people read, in terminals too. */
#include "study/study_reading.h"

#include <string.h>

static bool has_control(const char *text, const char *allowed)
{
    for (; *text; text++)
        if (((unsigned char)*text < ' ' || *text == 0x7f) && !strchr(allowed, *text)) return true;
    return false;
}

bool fl_study_read_label(fl_json_node node, const char *what, const char **label, fl_error *error)
{
    enum { MOST_BYTES = 200 };
    if (!fl_json_string(node, label, error)) return false;
    if (**label && strlen(*label) <= MOST_BYTES && !has_control(*label, "")) return true;
    return fl_json_fail(node, error, "%s must be a line of 1 to %d bytes without control characters", what, MOST_BYTES);
}

bool fl_study_read_prose(fl_json_node node, const char **text, fl_error *error)
{
    if (!fl_json_string(node, text, error)) return false;
    return !has_control(*text, "\n\t") ||
           fl_json_fail(node, error, "'%s' must be text without control characters", fl_json_key(node));
}
