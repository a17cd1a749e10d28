/* Tables hold what was recorded and what the summary proves; a view answers one question that people ask. What the
 * summary computes (selection, E[best of K], tests) stands in columns, so that no query has to do it again otherwise.
 */
#include "export/sqlite_tables.h"

const char sqlite_tables[] =
    "CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study TEXT, why TEXT, folder TEXT, trials INTEGER,"
    " steps INTEGER, eval_every INTEGER, feasible INTEGER, repeats INTEGER, score TEXT, score_at TEXT,"
    " target_metric TEXT, target_value REAL, frozen TEXT);"
    "CREATE TABLE arms (arm_id INTEGER PRIMARY KEY, study_id INTEGER REFERENCES studies, arm TEXT, workload TEXT,"
    " optimizer TEXT, schedule TEXT, backend TEXT, precision TEXT, batch_size INTEGER, trials INTEGER,"
    " counted INTEGER, filled INTEGER, k INTEGER, best_of_k REAL, best_of_k_low REAL, best_of_k_high REAL,"
    " best_of_k_coverage REAL, median_test_error REAL, steps_to_target REAL, reached REAL, cut_off TEXT, runs INTEGER,"
    " steps INTEGER, core_hours REAL, evaluation REAL, wide_core_hours REAL);"
    "CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, arm_id INTEGER REFERENCES arms, trial TEXT,"
    " trial_index INTEGER, repeat INTEGER, rerun INTEGER, selected INTEGER, status TEXT, reason TEXT, score REAL,"
    " step INTEGER, train_loss REAL, train_error REAL, val_loss REAL, val_error REAL, test_loss REAL,"
    " test_error REAL, stopped_at INTEGER, steps_to_target REAL, gradient_evaluations INTEGER, curvature_products "
    "INTEGER, seed INTEGER, threads INTEGER, seconds REAL,"
    " seconds_setup REAL, seconds_data REAL, seconds_forward_backward REAL, seconds_curvature REAL, seconds_update "
    "REAL,"
    " seconds_evaluate REAL, seconds_other REAL, examples_per_second REAL, state_hash TEXT, host TEXT, repro TEXT);"
    "CREATE TABLE hyperparameters (trial_id INTEGER REFERENCES trials, name TEXT, value REAL, choice TEXT,"
    " searched INTEGER);"
    "CREATE TABLE points (trial TEXT, step INTEGER, train_loss REAL, train_error REAL, val_loss REAL,"
    " val_error REAL, test_loss REAL, test_error REAL, rate REAL, seconds REAL);"
    "CREATE TABLE pairs (study_id INTEGER REFERENCES studies, a INTEGER REFERENCES arms, b INTEGER REFERENCES arms,"
    " k INTEGER, paired INTEGER, difference REAL, low REAL, high REAL, p REAL, p_adjusted REAL, detectable REAL,"
    " claimed INTEGER, verdict TEXT);"
    "CREATE TABLE resampled (arm_id INTEGER REFERENCES arms, k INTEGER, mean REAL, low REAL, median REAL, high REAL,"
    " finite REAL);"
    "CREATE TABLE warnings (study_id INTEGER REFERENCES studies, arm_id INTEGER REFERENCES arms, warning TEXT);"
    "CREATE TABLE hosts (host TEXT PRIMARY KEY, processor TEXT, cores INTEGER, backend TEXT, library TEXT,"
    " version TEXT, \"commit\" TEXT, facts TEXT);";

/* Filled first: an index is built faster over what is there. */
const char sqlite_views[] =
    "CREATE INDEX trials_by_arm ON trials (arm_id, trial_index, repeat);"
    "CREATE INDEX trials_by_identity ON trials (trial);"
    "CREATE INDEX hyperparameters_by_trial ON hyperparameters (trial_id, name);"
    /* Which trial is the best of each arm, and with which settings? */
    "CREATE VIEW best_trials AS SELECT s.study, a.arm, a.workload, a.batch_size, t.trial, t.trial_index, t.score,"
    " t.val_error, t.test_error, (SELECT group_concat(name || '=' || coalesce(choice, value), ' ')"
    " FROM hyperparameters h WHERE h.trial_id = t.trial_id AND h.searched) AS settings, t.repro"
    " FROM trials t JOIN arms a USING (arm_id) JOIN studies s USING (study_id) WHERE t.selected;"
    /* What is to be expected of K new trials, and how sure is that? */
    "CREATE VIEW expected_best AS SELECT s.study, a.arm, a.workload, a.batch_size, a.counted AS trials, a.k,"
    " a.best_of_k AS test_error, a.best_of_k_low AS low, a.best_of_k_high AS high, a.best_of_k_coverage AS coverage"
    " FROM arms a JOIN studies s USING (study_id);"
    /* Which arm is better, by how much, and is that shown? */
    "CREATE VIEW differences AS SELECT s.study, a.arm AS a, b.arm AS b, a.workload, a.batch_size, p.k, p.difference,"
    " p.low, p.high, p.p, p.p_adjusted, p.paired, p.detectable, p.claimed, p.verdict"
    " FROM pairs p JOIN arms a ON a.arm_id = p.a JOIN arms b ON b.arm_id = p.b"
    " JOIN studies s ON s.study_id = p.study_id;"
    /* How many trials diverged? */
    "CREATE VIEW diverged AS SELECT s.study, a.arm, a.workload, a.batch_size, count(*) AS trials,"
    " sum(t.status = 'infeasible') AS diverged, avg(t.status = 'infeasible') AS share, sum(t.status = 'failed') AS"
    " failed FROM trials t JOIN arms a USING (arm_id) JOIN studies s USING (study_id) WHERE NOT t.rerun"
    " GROUP BY a.arm_id;"
    /* What did each arm cost? Everything that was run counts. */
    "CREATE VIEW costs AS SELECT s.study, a.arm, a.workload, a.batch_size, a.runs, a.steps, a.core_hours, a.evaluation,"
    " a.wide_core_hours, (SELECT sum(CASE t.status WHEN 'infeasible' THEN t.seconds ELSE 0 END) / sum(t.seconds)"
    " FROM trials t WHERE t.arm_id = a.arm_id) AS infeasible"
    " FROM arms a JOIN studies s USING (study_id);"
    /* How much does tuning matter: how far is the middle trial from the best, how many come within a tenth of it? */
    "CREATE VIEW tunability AS WITH ranked AS (SELECT arm_id, score, row_number() OVER w AS rank,"
    " count(*) OVER (PARTITION BY arm_id) AS n, min(score) OVER (PARTITION BY arm_id) AS best"
    " FROM trials WHERE NOT rerun AND repeat = 0 AND score IS NOT NULL"
    " WINDOW w AS (PARTITION BY arm_id ORDER BY score))"
    " SELECT s.study, a.arm, a.workload, a.batch_size, max(r.n) AS trials, max(r.best) AS best,"
    " avg(CASE WHEN 2 * r.rank IN (r.n, r.n + 1, r.n + 2) THEN r.score END) AS median,"
    " avg(r.score <= 1.1 * r.best) AS within_a_tenth"
    " FROM ranked r JOIN arms a USING (arm_id) JOIN studies s USING (study_id) GROUP BY a.arm_id;"
    /* How sensitive is an arm to a hyperparameter: where does its best quarter lie within what was tried? */
    "CREATE VIEW sensitivity AS WITH ranked AS (SELECT trial_id, arm_id, selected,"
    " ntile(4) OVER (PARTITION BY arm_id ORDER BY score) AS quarter"
    " FROM trials WHERE NOT rerun AND score IS NOT NULL)"
    " SELECT s.study, a.arm, a.workload, a.batch_size, h.name AS hyperparameter, count(*) AS trials,"
    " min(h.value) AS tried_min, max(h.value) AS tried_max,"
    " min(CASE r.quarter WHEN 1 THEN h.value END) AS best_quarter_min,"
    " max(CASE r.quarter WHEN 1 THEN h.value END) AS best_quarter_max,"
    " max(CASE WHEN r.selected THEN h.value END) AS selected"
    " FROM ranked r JOIN hyperparameters h USING (trial_id) JOIN arms a USING (arm_id) JOIN studies s"
    " USING (study_id) WHERE h.searched AND h.value IS NOT NULL GROUP BY a.arm_id, h.name;"
    /* How does the best trial of each arm learn? */
    "CREATE VIEW best_curves AS SELECT s.study, a.arm, a.workload, a.batch_size, p.*"
    " FROM trials t JOIN points p USING (trial) JOIN arms a USING (arm_id) JOIN studies s USING (study_id)"
    " WHERE t.selected;"
    /* What went wrong? */
    "CREATE VIEW failures AS SELECT s.study, a.arm, t.trial_index, t.repeat, t.status, t.reason, t.repro"
    " FROM trials t JOIN arms a USING (arm_id) JOIN studies s USING (study_id) WHERE t.status <> 'complete';";
