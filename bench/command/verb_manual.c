/* fairlead manual [SCHEMA]: the pages fairlead(1) and, from the study's schema, fairlead-study(5); those of the verbs
 * are printed by `fairlead VERB --help=man`. */
#include "base/json.h"
#include "base/text.h"
#include "command/verbs.h"
#include "say/manual.h"
#include "say/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_program(void)
{
    manual_title("fairlead", 1, "fair comparisons of deep-learning optimizers");
    manual_heading("SYNOPSIS");
    manual_paragraph("fairlead VERB [arguments]");
    manual_heading("DESCRIPTION");
    manual_paragraph("Runs fair searches over the hyperparameters of optimizers, epsilon included, writes down every "
                     "trial so that it can be run again to the bit, and says what may be claimed.");
    manual_heading("VERBS");
    for (const verb *v = verbs; v->name; v++)
        if (v->about) manual_item(v->name, NULL, v->about);
    manual_heading("ENVIRONMENT");
    manual_item("FAIRLEAD_DATA", NULL, "Folders that hold data sets, separated by colons.");
    manual_item("NO_COLOR", NULL, "Print without colours.");
    manual_item("CLICOLOR_FORCE", NULL, "Print with colours where the output is no terminal, too.");
    manual_heading("EXAMPLE");
    printf(".nf\nfairlead run quick\n.fi\n");
    manual_heading("SEE ALSO");
    for (const verb *v = verbs; v->name; v++)
        if (v->about) printf(".BR fairlead\\-%s (1),\n", v->name);
    printf(".BR fairlead\\-study (5)\n");
    return 0;
}

/* What a schema's property may be, in a few words: "number", "f32, bf16", "" where it says nothing simple. */
static void kind_of(const json_t *schema, fl_text *kind)
{
    size_t i;
    json_t *choice;
    const char *type = json_string_value(json_object_get(schema, "type"));
    if (type) fl_text_add(kind, "%s", type);
    json_array_foreach(json_object_get(schema, "enum"), i, choice) if (json_is_string(choice))
        fl_text_add(kind, "%s%s", kind->length ? " | " : "", json_string_value(choice));
}

static void print_properties(const json_t *schema, const char *prefix)
{
    const char *name;
    json_t *property;
    json_object_foreach(json_object_get(schema, "properties"), name, property)
    {
        fl_text term = { 0 }, kind = { 0 }, about = { 0 };
        const char *said = json_string_value(json_object_get(property, "description"));
        json_t *value = json_object_get(property, "default");
        char *otherwise = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        fl_text_add(&term, "%s%s", prefix, name);
        kind_of(property, &kind);
        fl_text_add(&about, "%s%s%s", said ? said : "", otherwise ? " Default: " : "", otherwise ? otherwise : "");
        manual_item(term.bytes, kind.bytes, about.bytes ? about.bytes : "");
        fl_text_add(&term, ".");
        print_properties(property, term.bytes);
        free(otherwise);
        fl_text_free(&term);
        fl_text_free(&kind);
        fl_text_free(&about);
    }
}

static int print_study(const char *path)
{
    json_error_t where;
    json_t *schema = json_load_file(path, 0, &where);
    if (!schema) return complain_user("%s:%d: %s", path, where.line, where.text);
    manual_title("fairlead-study", 5, "a study: which optimizers are compared, on what, and within which budget");
    manual_heading("DESCRIPTION");
    manual_paragraph(json_string_value(json_object_get(schema, "description")));
    manual_paragraph(
        "A study is a JSON object. A wrong one is refused with file, line and column, and nothing is run.");
    manual_heading("KEYS");
    print_properties(schema, "");
    manual_heading("KEYS OF AN ARM");
    print_properties(json_object_get(json_object_get(schema, "$defs"), "arm"), "");
    manual_heading("SEE ALSO");
    printf(".BR fairlead\\-run (1),\n.BR fairlead\\-plan (1)\n");
    json_decref(schema);
    return 0;
}

int manual_print(const char *schema)
{
    return schema ? print_study(schema) : print_program();
}

int verb_manual(int argc, char **argv)
{
    return manual_print(argc > 1 ? argv[1] : NULL);
}
