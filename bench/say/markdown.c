/* What Markdown would take for its own is escaped: names of arms are anybody's. */
#include "say/markdown.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void put(const char *text)
{
    for (const char *c = text; *c; c++) {
        bool within = c > text && isalnum((unsigned char)c[-1]) && isalnum((unsigned char)c[1]); /* learning_rate */
        bool link = *c == '(' && c > text && c[-1] == ']';
        if (strchr("\\`*|<>", *c) || (*c == '_' && !within) || link) putchar('\\');
        putchar(*c == '\n' ? ' ' : *c);
    }
}

void markdown_title(unsigned level, const char *text)
{
    printf("%s%.*s ", level > 1 ? "\n" : "", (int)level, "######");
    put(text);
    fputs("\n\n", stdout);
}

void markdown_paragraph(size_t hang, const char *label, const char *text)
{
    label += strspn(label, " ");
    bool item = *label && strcmp(label, "-") != 0;
    fputs(*label ? "- " : hang ? "  " : "", stdout);
    if (item) {
        fputs("**", stdout);
        put(label);
        fputs("** ", stdout);
    }
    put(text);
    fputs(*label || hang ? "  \n" : "\n\n", stdout); /* two blanks: what follows stands on a line of its own */
}

void markdown_row(const char *const *cells, size_t n)
{
    putchar('|');
    for (size_t i = 0; i < n; i++) {
        putchar(' ');
        put(cells[i]);
        fputs(" |", stdout);
    }
    putchar('\n');
}

void markdown_rule(const bool *left, size_t n)
{
    putchar('|');
    for (size_t i = 0; i < n; i++) fputs(left[i] ? " --- |" : " ---: |", stdout);
    putchar('\n');
}
