/* The rows about what a study declares beyond its pairs, and about batch sizes. */
#include "export/sqlite_tables.h"

/* --- flips --- */

static void add_flip_arm(sqlite_insert *row, size_t flip_id, const char *space, size_t arm, bool rival)
{
    sqlite_count(row, flip_id);
    sqlite_text(row, space);
    sqlite_count(row, arm + 1);
    sqlite_count(row, rival);
    sqlite_row(row);
}

static void add_flip_arms(sqlite_insert *row, size_t flip_id, const char *space, const fl_study_rivals *side)
{
    add_flip_arm(row, flip_id, space, side->arm, false);
    for (size_t i = 0; i < side->n; i++) add_flip_arm(row, flip_id, space, side->rivals[i], true);
}

static void add_scope(sqlite_insert *row, const fl_summary_flip *flip)
{
    enum { COLUMNS = 6 };
    const fl_stats_scope *s = &flip->scope;
    if (flip->judged) {
        sqlite_number(row, s->narrow);
        sqlite_number(row, s->wide);
        sqlite_number(row, s->interaction);
        sqlite_number(row, s->low);
        sqlite_number(row, s->high);
        sqlite_count(row, s->interacts);
    } else
        for (size_t i = 0; i < COLUMNS; i++) sqlite_null(row);
}

static void add_flips(sqlite_database *database, const fl_summary *summary)
{
    sqlite_insert row = sqlite_insert_into(database, "flip_tests", 15),
                  arms = sqlite_insert_into(database, "flip_arms", 4);
    for (size_t i = 0; i < summary->n_flips; i++) {
        const fl_summary_flip *flip = &summary->flips[i];
        sqlite_count(&row, i + 1);
        sqlite_count(&row, 1);
        sqlite_count(&row, flip->k);
        add_scope(&row, flip);
        sqlite_number(&row, flip->p);
        sqlite_number(&row, flip->p_none);
        sqlite_text(&row, flip->judged ? fl_summary_scope_name(flip->finding) : "no claim");
        sqlite_count(&row, flip->claimed);
        sqlite_text(&row, flip->verdict);
        sqlite_texts(&row, flip->remarks, flip->n_remarks);
        sqlite_row(&row);
        add_flip_arms(&arms, i + 1, "narrow", &flip->arms.narrow);
        add_flip_arms(&arms, i + 1, "wide", &flip->arms.wide);
    }
    sqlite_insert_end(&row);
    sqlite_insert_end(&arms);
}

/* --- pairs --- */

static void add_efforts(sqlite_insert *row, const fl_summary_pair *pair, const fl_stats_effort *efforts, size_t n)
{
    for (const fl_stats_effort *e = efforts; e < efforts + n; e++) {
        sqlite_count(row, pair->a + 1);
        sqlite_count(row, pair->b + 1);
        sqlite_count(row, e->k_a);
        sqlite_count(row, e->k_b);
        sqlite_number(row, e->difference);
        sqlite_number(row, e->low);
        sqlite_number(row, e->high);
        sqlite_row(row);
    }
}

static void add_ratio(sqlite_insert *row, const fl_summary_pair *pair)
{
    const fl_stats_steps_ratio *r = &pair->steps_ratio;
    const double figures[] = { r->a, r->b, r->reached_a, r->reached_b, r->ratio, r->low, r->high, pair->resolution };
    sqlite_count(row, pair->a + 1);
    sqlite_count(row, pair->b + 1);
    sqlite_count(row, pair->k);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) sqlite_number(row, figures[i]);
    sqlite_count(row, r->coarse);
    sqlite_row(row);
}

static void add_pairs(sqlite_database *database, const fl_summary *summary)
{
    sqlite_insert efforts = sqlite_insert_into(database, "efforts", 7),
                  ratios = sqlite_insert_into(database, "step_ratios", 12);
    for (const fl_summary_pair *pair = summary->pairs; pair < summary->pairs + summary->n_pairs; pair++) {
        add_efforts(&efforts, pair, pair->effort.equal, pair->effort.n_equal);
        add_efforts(&efforts, pair, pair->effort.unlike, pair->effort.n_unlike);
        if (pair->has_steps_ratio) add_ratio(&ratios, pair);
    }
    sqlite_insert_end(&efforts);
    sqlite_insert_end(&ratios);
}

/* --- batch sizes --- */

static void add_scalings(sqlite_database *database, const fl_summary *summary)
{
    sqlite_insert row = sqlite_insert_into(database, "scalings", 9);
    for (const fl_summary_scaling *s = summary->scalings; s < summary->scalings + summary->n_scalings; s++) {
        const fl_study_arm *arm = summary->arms[s->arm].arm;
        sqlite_text(&row, arm->label);
        sqlite_text(&row, arm->base.owners.workload->entry.name);
        sqlite_count(&row, s->n_batches);
        sqlite_count(&row, s->of.n_reached);
        sqlite_count(&row, s->of.n_sure);
        sqlite_count(&row, s->k);
        sqlite_number(&row, s->of.slope);
        sqlite_number(&row, s->of.low);
        sqlite_number(&row, s->of.high);
        sqlite_row(&row);
    }
    sqlite_insert_end(&row);
}

/* --- over workloads --- */

static void add_ranks(sqlite_database *database, const fl_summary_over *over, double level)
{
    sqlite_insert ranks = sqlite_insert_into(database, "workload_ranks", 8),
                  wins = sqlite_insert_into(database, "workload_wins", 3);
    for (size_t i = 0; i < over->n_arms; i++) {
        sqlite_text(&ranks, over->arms[i]);
        sqlite_count(&ranks, over->n_workloads);
        sqlite_count(&ranks, over->k);
        sqlite_number(&ranks, over->ranks[i]);
        sqlite_number(&ranks, over->ranks_low[i]);
        sqlite_number(&ranks, over->ranks_high[i]);
        sqlite_number(&ranks, over->friedman.p);
        sqlite_count(&ranks, over->friedman.p < level);
        sqlite_row(&ranks);
        for (size_t j = 0; j < over->n_arms; j++) {
            if (j == i) continue;
            sqlite_text(&wins, over->arms[i]);
            sqlite_text(&wins, over->arms[j]);
            sqlite_number(&wins, over->win_rates[i * over->n_arms + j]);
            sqlite_row(&wins);
        }
    }
    sqlite_insert_end(&ranks);
    sqlite_insert_end(&wins);
}

static void add_profiles(sqlite_insert *row, const fl_summary_over *over, const char *unit,
                         const fl_stats_profile_share *shares)
{
    for (size_t i = 0; shares && i < FL_SUMMARY_TAUS * over->n_arms; i++) {
        sqlite_text(row, over->arms[i % over->n_arms]);
        sqlite_text(row, unit);
        sqlite_number(row, over->taus[i / over->n_arms]);
        sqlite_number(row, shares[i].share);
        sqlite_number(row, shares[i].low);
        sqlite_number(row, shares[i].high);
        sqlite_row(row);
    }
}

static void add_over(sqlite_database *database, const fl_summary *summary)
{
    const fl_summary_over *over = summary->over;
    if (!over || !over->n_workloads) return;
    add_ranks(database, over, summary->level);
    sqlite_insert row = sqlite_insert_into(database, "workload_profiles", 6);
    add_profiles(&row, over, "steps", over->in_steps);
    add_profiles(&row, over, "gradient evaluations", over->in_gradients);
    add_profiles(&row, over, "seconds", over->in_seconds);
    sqlite_insert_end(&row);
}

void sqlite_add_further(sqlite_database *database, const fl_summary *summary)
{
    add_flips(database, summary);
    add_pairs(database, summary);
    add_scalings(database, summary);
    add_over(database, summary);
}
