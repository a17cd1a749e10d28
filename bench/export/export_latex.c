/* The summary's tables for a paper: booktabs' rules, a table per group of arms that can be compared. The caption says
 * what the interval covers, so that a table read alone claims nothing more than the study does. */
#include "base/text.h"
#include "export/export.h"
#include "summary/summary.h"
#include "tables/answers.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* Text with TeX's special characters escaped. */
static void add_escaped(fl_text *out, const char *text)
{
    static const struct {
        char special;
        const char *written;
    } table[] = { { '\\', "\\textbackslash{}" }, { '~', "\\textasciitilde{}" }, { '^', "\\textasciicircum{}" },
                  { '<', "\\textless{}" },       { '>', "\\textgreater{}" },    { '|', "\\textbar{}" },
                  { '"', "\\textquotedbl{}" } };
    for (; *text; text++) {
        const char *written = NULL;
        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
            if (table[i].special == *text) written = table[i].written;
        if (written)
            fl_text_add(out, "%s", written);
        else
            fl_text_add(out, strchr("#$%&_{}", *text) ? "\\%c" : "%c", *text);
    }
}

/* "8.29" where it is a rate, four digits of a loss, or a dash. */
static void add_figure(fl_text *out, bool rate, double error)
{
    if (isfinite(error))
        fl_text_add(out, rate ? "%.2f" : "%.4g", rate ? 100 * error : error);
    else
        fl_text_add(out, isinf(error) ? "$\\infty$" : "--");
}

static void add_error(fl_text *out, bool rate, double error)
{
    fl_text_add(out, " & ");
    add_figure(out, rate, isfinite(error) ? error : NAN);
}

static void add_interval(fl_text *out, bool rate, const fl_stats_interval *interval)
{
    fl_text_add(out, " & ");
    if (!isfinite(interval->low)) return;
    fl_text_add(out, "[");
    add_figure(out, rate, interval->low);
    fl_text_add(out, ", ");
    add_figure(out, rate, interval->high);
    fl_text_add(out, "]");
}

static void add_row(fl_text *out, const fl_study *study, const fl_summary_arm *arm)
{
    bool rate = fl_summary_rates(arm->arm);
    if (strchr("[*", *arm->arm->label)) fl_text_add(out, "{}"); /* the line's end before it would take them */
    add_escaped(out, arm->arm->label);
    fl_text_add(out, " & %zu & %zu", arm->n_run, arm->results->n_infeasible);
    add_error(out, rate, arm->val_error.center);
    add_error(out, rate, arm->test_error.center);
    add_error(out, rate, arm->interval.estimate);
    add_interval(out, rate, &arm->interval);
    if (study->has_target && isfinite(arm->steps.center)) fl_text_add(out, " & %.0f", arm->steps.center);
    if (study->has_target && !isfinite(arm->steps.center)) fl_text_add(out, " & never");
    fl_text_add(out, " \\\\\n");
}

static void add_target(fl_text *out, const fl_study *study)
{
    char evaluated[80];
    bool loss = study->target == FL_TRIAL_TRAIN_LOSS || study->target == FL_TRIAL_VAL_LOSS;
    bool validation = study->target == FL_TRIAL_VAL_LOSS || study->target == FL_TRIAL_VAL_ERROR;
    fl_study_evaluations_text(study, evaluated);
    fl_text_add(out, " Steps: the fewest of any trial to a %s %s below %g, evaluated %s.",
                validation ? "validation" : "training", loss ? "loss" : "error", study->target_value, evaluated);
}

/* Arms of too few trials for the study's K have a smaller one. */
static void add_smaller_ks(fl_text *out, const fl_summary *summary, size_t first)
{
    for (const fl_summary_arm *arm = summary->arms + first; arm < summary->arms + summary->n_arms; arm++) {
        if (!fl_summary_comparable(summary->arms[first].arm, arm->arm)) continue;
        if (!arm->n_counted || arm->k == summary->results->study->claims.k) continue;
        fl_text_add(out, " Of ");
        add_escaped(out, arm->arm->label);
        fl_text_add(out, " the best of %zu.", arm->k);
    }
}

static void add_caption(fl_text *out, const fl_summary *summary, size_t first)
{
    const fl_study *study = summary->results->study;
    const fl_study_arm *arm = summary->arms[first].arm;
    const fl_trial *base = &arm->base;
    const char *const figures = fl_summary_rates(arm) ? "Errors (\\%)" : "Figures";
    fl_text_add(out, "\\caption{");
    add_escaped(out, study->name);
    fl_text_add(out, ": ");
    add_escaped(out, base->owners.workload->entry.name);
    if (arm->parallel) fl_text_add(out, ", ");
    if (arm->parallel) add_escaped(out, arm->parallel);
    fl_text_add(out,
                ", batch size %zu, %zu steps per trial. %s of the trial that validation selected; best of %zu: "
                "expected test %s of what validation selects among so many new trials, with its 90\\,\\%% interval.",
                base->batch_size, base->steps, figures, study->claims.k, fl_summary_error_word(arm));
    add_smaller_ks(out, summary, first);
    if (study->has_target) add_target(out, study);
    fl_text_add(out, "}\n\\smallskip\\small\n");
}

static void add_head(fl_text *out, const fl_study *study)
{
    fl_text_add(out,
                "\\begin{tabular}{lrrrrrl%s}\n\\toprule\nArm & Trials & Infeasible & Val. & Test & "
                "\\multicolumn{2}{c}{Best of %zu}%s \\\\\n\\midrule\n",
                study->has_target ? "r" : "", study->claims.k, study->has_target ? " & Steps" : "");
}

/* The arms that can be compared with arm `first`. */
static size_t add_group(fl_text *out, const fl_summary *summary, size_t first)
{
    const fl_study *study = summary->results->study;
    size_t n = 0;
    fl_text_add(out, "\\begin{table}\n\\centering\n");
    add_caption(out, summary, first);
    add_head(out, study);
    for (size_t i = first; i < summary->n_arms; i++) {
        if (!fl_summary_comparable(summary->arms[first].arm, summary->arms[i].arm)) continue;
        add_row(out, study, &summary->arms[i]);
        n += summary->arms[i].n_run;
    }
    fl_text_add(out, "\\bottomrule\n\\end{tabular}\n\\end{table}\n");
    return n;
}

static bool begins_group(const fl_summary *summary, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (fl_summary_comparable(summary->arms[before].arm, summary->arms[i].arm)) return false;
    return true;
}

/* --- what is tested and declared --- */

/* A hyphen before a number is its sign. */
static void add_words(fl_text *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        char one[2] = { *at, 0 };
        bool sign = *at == '-' && isdigit((unsigned char)at[1]) && (at == text || strchr(" [", at[-1]));
        if (sign)
            fl_text_add(out, "$-$");
        else
            add_escaped(out, one);
    }
}

/* The heading's line of words, or its line of more words. */
static void add_answer_heading(fl_text *out, const answer *a, bool bottom)
{
    const char *between = "";
    for (size_t i = 0; i < a->n_columns; i++) {
        if (!answer_has(a, i)) continue;
        fl_text_add(out, "%s", between);
        add_words(out, bottom ? a->columns[i].bottom : a->columns[i].top);
        between = " & ";
    }
    fl_text_add(out, " \\\\\n");
}

static void add_answer_head(fl_text *out, const answer *a)
{
    fl_text_add(out, "\\begin{tabular}{");
    for (size_t i = 0; i < a->n_columns; i++)
        if (answer_has(a, i)) fl_text_add(out, "%c", a->columns[i].left ? 'l' : 'r');
    fl_text_add(out, "}\n\\toprule\n");
    add_answer_heading(out, a, false);
    add_answer_heading(out, a, true);
    fl_text_add(out, "\\midrule\n");
}

/* Long words are broken into lines. */
static void add_answer_cell(fl_text *out, const char *text)
{
    enum { LONG = 20 };
    bool broken = strlen(text) > LONG;
    if (broken) fl_text_add(out, "\\parbox[t]{8em}{\\raggedright ");
    add_words(out, text);
    if (broken) fl_text_add(out, "\\strut}");
}

static void add_answer_rows(fl_text *out, const answer *a)
{
    for (size_t i = 0; i < a->n_cells; i++) {
        size_t column = i % a->n_columns;
        if (column && answer_has(a, column)) fl_text_add(out, " & ");
        if (!column && *a->cells[i] && strchr("[*", *a->cells[i])) fl_text_add(out, "{}");
        add_answer_cell(out, a->cells[i]);
        if (column == a->n_columns - 1) fl_text_add(out, " \\\\\n");
    }
}

/* Its notes belong to the caption: read alone, the table says what it shows. */
static void add_answer(fl_text *out, const fl_study *study, const answer *a)
{
    fl_text_add(out, "\\begin{table}\n\\centering\n\\caption{");
    add_escaped(out, study->name);
    fl_text_add(out, ": ");
    add_words(out, a->title);
    for (size_t i = 0; i < a->n_notes; i++) {
        fl_text_add(out, "; ");
        add_words(out, a->notes[i].text);
    }
    fl_text_add(out, ".}\n\\smallskip\\footnotesize\\setlength{\\tabcolsep}{3pt}\n");
    if (a->n_cells) {
        add_answer_head(out, a);
        add_answer_rows(out, a);
        fl_text_add(out, "\\bottomrule\n\\end{tabular}\n");
    }
    fl_text_add(out, "\\end{table}\n");
}

static void add_answers(fl_text *out, const fl_study *study, answers all)
{
    for (size_t i = 0; i < all.n; i++) add_answer(out, study, &all.items[i]);
    answers_free(&all);
}

static bool write_latex(const fl_results *results, FILE *file, export_content *content, fl_error *error)
{
    fl_text out = { 0 };
    fl_summary *summary = fl_summary_make(results);
    fl_text_add(&out, "%% Made by fairlead export. Needs \\usepackage{booktabs} and \\usepackage[T1]{fontenc}.\n");
    for (size_t i = 0; i < summary->n_arms; i++)
        if (begins_group(summary, i)) content->n += add_group(&out, summary, i);
    add_answers(&out, results->study, answers_tested(summary));
    add_answers(&out, results->study, answers_further(summary));
    content->claims = fl_summary_shows_claims(summary);
    fputs(out.bytes, file);
    fl_text_free(&out);
    fl_summary_free(summary);
    return true;
}

const export_format export_latex = {
    .name = "latex",
    .mark = "% Made by fairlead export.",
    .write = write_latex,
};
