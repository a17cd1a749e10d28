#include "say/manual.h"
#include "record/build.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* A text with what troff would take for its own written out; at the start of a line a point is no command. */
static void add_text(const char *text)
{
    if (*text == '.' || *text == '\'') fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
}

void manual_title(const char *name, int section, const char *about)
{
    fputs(".TH \"", stdout);
    for (const char *c = name; *c; c++) putchar(toupper((unsigned char)*c));
    printf("\" \"%d\" \"\" \"Fairlead %s\" \"Fairlead\"\n.ad l\n.nh\n.SH NAME\n%s \\- ", section,
           fl_record_build_version, name);
    add_text(about);
    putchar('\n');
}

void manual_heading(const char *heading)
{
    printf(".SH ");
    add_text(heading);
    putchar('\n');
}

void manual_paragraph(const char *text)
{
    printf(".PP\n");
    add_text(text);
    putchar('\n');
}

void manual_item(const char *term, const char *argument, const char *text)
{
    printf(".TP\n\\fB");
    add_text(term);
    printf("\\fR");
    if (argument) {
        printf(" \\fI");
        add_text(argument);
        printf("\\fR");
    }
    putchar('\n');
    add_text(text);
    putchar('\n');
}

/* "fairlead run STUDY [options]": "fairlead-run", and its own name there. */
static void name_of(const char *line, char name[60])
{
    size_t program = strcspn(line, " "), verb = line[program] ? strcspn(line + program + 1, " ") : 0;
    snprintf(name, 60, "%.*s-%.*s", (int)program, line, (int)verb, line + program + 1);
}

/* The first sentence, in small letters and without its point, says what a verb is for. */
static void about_of(const char *text, char about[300])
{
    const char *end = strstr(text, ". ");
    snprintf(about, 300, "%.*s", end ? (int)(end - text) : (int)strcspn(text, "."), text);
    about[0] = (char)tolower((unsigned char)about[0]);
}

void manual_verb(const usage *help, const option *options, size_t n)
{
    char name[60], about[300];
    name_of(help->line, name);
    about_of(help->about, about);
    manual_title(name, 1, about);
    manual_heading("SYNOPSIS");
    manual_paragraph(help->line);
    manual_heading("DESCRIPTION");
    manual_paragraph(help->about);
    if (n) manual_heading("OPTIONS");
    for (size_t i = 0; i < n; i++) {
        char term[60];
        const char *letter = options[i].letter;
        snprintf(term, sizeof term, "%s%s%s", letter ? letter : "", letter ? ", " : "", options[i].name);
        manual_item(term, options[i].argument, options[i].help);
    }
    manual_heading("EXIT STATUS");
    manual_paragraph("0: done, nothing wrong; 1: done, and the answer is bad news; 2: a mistake in arguments, study or "
                     "data, and nothing was changed; 3: the machine's trouble, what finished is kept; 4: nothing was "
                     "measured or compared; 130 and 143: interrupted, and the same command goes on.");
    manual_heading("EXAMPLE");
    printf(".nf\n");
    add_text(help->example);
    printf("\n.fi\n");
    manual_heading("SEE ALSO");
    printf(".BR fairlead (1),\n.BR fairlead\\-study (5)\n");
}
