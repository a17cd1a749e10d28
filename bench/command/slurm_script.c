/* What the script does, and why so:
 * - Slurm's signal before the limit reaches the batch shell alone, which receives it only inside `wait`.
 * - It starts itself again (`scontrol requeue`), so it needs no RequeueExit of the cluster's; 75 serves those that have
 * it.
 * - A task may be started again while its first start lives on a node thought dead, hence --own-files.
 * - Launchers' exit codes do not tell whether a study is complete; its folder does.
 */
#include "command/slurm_script.h"
#include "command/slurm_words.h"

#include <stdio.h>
#include <string.h>

/* Slurm looks at limits every 30 s, and the step under way has to end. */
enum { WARNING_SECONDS = 120 };

/* One line of #SBATCH: in double quotes where it needs them, which Slurm reads as a shell does. */
static bool add_directive(fl_text *text, const char *name, const char *value, fl_error *error)
{
    const char *texts[] = { name, value ? value : "" };
    for (size_t i = 0; i < 2; i++)
        if (strpbrk(texts[i], "\n\r") || strstr(texts[i], "#SBATCH"))
            return fl_error_user(error, "'%s%s' cannot stand in a job script: it has a line break or #SBATCH in it",
                                 name, texts[1]);
    fl_text_add(text, "#SBATCH %s", name);
    if (value && !strpbrk(value, " \t\"'\\#")) fl_text_add(text, "%s", value);
    if (value && strpbrk(value, " \t\"'\\#")) {
        fl_text_add(text, "\"");
        for (const char *c = value; *c; c++) fl_text_add(text, "%s%c", strchr("\"\\", *c) ? "\\" : "", *c);
        fl_text_add(text, "\"");
    }
    fl_text_add(text, "\n");
    return true;
}

static bool add_count(fl_text *text, const char *name, size_t n, fl_error *error)
{
    char number[32];
    snprintf(number, sizeof number, "%zu", n);
    return add_directive(text, name, number, error);
}

/* Job names turn up in file names and in lists. */
static void add_name(fl_text *text, const char *study)
{
    fl_text_add(text, "#SBATCH --job-name=fairlead-");
    for (const char *c = study; *c; c++)
        fl_text_add(text, "%c",
                    (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ? *c : '_');
    fl_text_add(text, "\n");
}

/* DIR/slurm/NAME-JOB.log, with % doubled in the folder's own name. */
static bool add_log(fl_text *text, const slurm_job *job, fl_error *error)
{
    fl_text path = { 0 };
    for (const char *c = job->folder; *c; c++) fl_text_add(&path, *c == '%' ? "%%%%" : "%c", *c);
    fl_text_add(&path, "/slurm/%s.log", job->tasks ? "%x-%A_%a" : "%x-%j");
    bool added = add_directive(text, "--output=", path.bytes, error);
    fl_text_free(&path);
    return added;
}

/* "--comment=two words" */
static bool add_further(fl_text *text, const char *word, fl_error *error)
{
    fl_text name = { 0 };
    size_t n = strcspn(word, "=");
    fl_text_add_bytes(&name, word, n + (word[n] == '='));
    bool added = add_directive(text, name.bytes, word[n] ? word + n + 1 : NULL, error);
    fl_text_free(&name);
    return added;
}

/* Is the limit one before which the signal to save can come? */
static bool leaves_time(const char *time, fl_error *error)
{
    uint64_t seconds;
    if (!time) return true;
    if (!slurm_words_limit(time, &seconds))
        return fl_error_user(error,
                             "--time %s is no limit that sbatch takes: say minutes, minutes:seconds, "
                             "hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds, or "
                             "UNLIMITED",
                             time);
    if (!seconds || seconds > WARNING_SECONDS) return true;
    return fl_error_user(error, "--time %s is %d s, and jobs save %d s before their limit; give them longer than that",
                         time, (int)seconds, WARNING_SECONDS);
}

static bool add_directives(fl_text *text, const slurm_job *job, fl_error *error)
{
    const struct {
        const char *name, *value;
    } texts[] = { { "--partition=", job->partition },
                  { "--account=", job->account },
                  { "--mem=", job->memory },
                  { "--time=", job->time } };
    bool fine = add_log(text, job, error);
    fl_text_add(text, "#SBATCH --open-mode=append\n#SBATCH --requeue\n#SBATCH --signal=B:USR1@%d\n", WARNING_SECONDS);
    for (size_t i = 0; fine && i < sizeof texts / sizeof *texts; i++)
        if (texts[i].value) fine = add_directive(text, texts[i].name, texts[i].value, error);
    if (!job->time) fine = fine && add_count(text, "--time=", job->minutes, error);
    if (job->cpus) fine = fine && add_count(text, "--cpus-per-task=", job->cpus, error);
    if (job->nodes) {
        fine = fine && add_count(text, "--nodes=", job->nodes, error);
        fl_text_add(text, "#SBATCH --ntasks-per-node=1\n");
    } else {
        fl_text_add(text, "#SBATCH --ntasks=1\n#SBATCH --array=1-%zu", job->tasks);
        if (job->at_once) fl_text_add(text, "%%%zu", job->at_once);
        fl_text_add(text, "\n");
    }
    for (size_t i = 0; fine && i < job->n_further; i++) fine = add_further(text, job->further[i], error);
    return fine;
}

static void add_setting(fl_text *text, const char *name, const char *value)
{
    fl_text_add(text, "%s=", name);
    fl_text_add_shell_word(text, value);
    fl_text_add(text, "\n");
}

static const char about[] = "# Written by 'fairlead slurm'. Run by a person ('sh' and its name) it submits itself, and "
                            "after the study the summary.\n"
                            "# As a job it trains, saves before the time limit (SIGUSR1, exit code 75) and has itself "
                            "started again; after three\n"
                            "# starts that brought nothing new it gives up.\n"
                            "set -u\n";

static const char submit[] = "\n"
                             "if [ -z \"${SLURM_JOB_ID:-}\" ]; then\n"
                             "    id=$(sbatch --parsable \"$0\") || exit\n"
                             "    id=${id%%;*}\n"
                             "    echo \"study: job $id\"\n"
                             "    id=$(sbatch --parsable --dependency=\"afterany:$id\"";

static const char submit_end[] = " \"$0\" summary) || exit\n"
                                 "    echo \"summary: job ${id%%;*}\"\n"
                                 "    exit\n"
                                 "fi\n"
                                 "\n"
                                 "child='' leave='' part=${1:-}\n"
                                 "trap '[ -z \"$child\" ] || kill -TERM \"$child\"' TERM\n"
                                 "trap 'leave=1; [ -z \"$child\" ] || kill -USR1 \"$child\"' USR1\n"
                                 "set -- run \"$study\" -o \"$folder\" --checkpoint-every \"$every\" --progress lines";

static const char summary_part[] =
    "if [ \"$part\" = summary ]; then\n"
    "    job=$SLURM_JOB_ID shard=summary records=trials\n"
    "    rm -f \"$folder/report.html\" # of fewer trials; it would pass for this one's\n";

static const char alone_part[] = "    \"$fairlead\" \"$@\" -j \"${SLURM_CPUS_PER_TASK:-1}\" &\n";

static const char array_part[] =
    "    job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID shard=$SLURM_ARRAY_TASK_ID-of-$tasks records=trials.$shard\n"
    "    \"$fairlead\" \"$@\" --shard \"$SLURM_ARRAY_TASK_ID/$tasks\" --own-files -j \"${SLURM_CPUS_PER_TASK:-1}\" &\n";

static const char nodes_part[] = "    job=$SLURM_JOB_ID shard=1-of-1 records=trials.1-of-1\n";

/* srun of Slurm 22.05 and later does not take the processors of a task from the job. */
static const char joined_part[] =
    "    trap 'leave=1; scancel --signal=USR1 \"$SLURM_JOB_ID\"' USR1\n"
    "    srun --mpi=pmix --ntasks-per-node=1 --kill-on-bad-exit=0 --no-kill --open-mode=append \\\n"
    "        ${SLURM_CPUS_PER_TASK:+--cpus-per-task=\"$SLURM_CPUS_PER_TASK\"} \\\n"
    "        --output=\"$folder/slurm/%%x-%%j-%%t.log\" \\\n"
    "        \"$fairlead\" \"$@\"%s &\n";

static const char nodes_check[] = "if [ \"$shard\" != summary ]; then\n"
                                  "    \"$fairlead\" check \"$folder\" --complete >/dev/null && exit 0\n"
                                  "    [ \"$code\" != 0 ] || code=1\n"
                                  "fi\n";

/* Of a summary that srun started. */
static const char joined_check[] = "if [ \"$shard\" = summary ]; then\n"
                                   "    if \"$fairlead\" check \"$folder\" --complete >/dev/null; then\n"
                                   "        code=0\n"
                                   "    elif [ \"$code\" = 0 ]; then\n"
                                   "        code=1\n"
                                   "    fi\n"
                                   "fi\n";

/* To `run`, a page that cannot be written is a warning; this job is there to make it. */
static const char page_check[] =
    "if [ \"$shard\" = summary ] && [ \"$code\" = 0 ] && [ ! -f \"$folder/report.html\" ]; then\n"
    "    \"$fairlead\" report \"$folder\" || exit\n"
    "fi\n";

static const char wait_part[] =
    "fi\n"
    "child=$!\n"
    "while :; do\n"
    "    wait \"$child\"\n"
    "    code=$?\n"
    "    kill -0 \"$child\" 2>/dev/null || break # else a signal has interrupted the waiting\n"
    "done\n"
    "child=''\n";

static const char end_part[] = "[ \"$code\" = 75 ] || [ -n \"$leave\" ] || exit \"$code\"\n"
                               "[ \"$code\" != 0 ] || exit 0\n"
                               "\n"
                               "# --- to be started again ---\n";

/* The unfinished trials of a task, by their files' names, ARM-INDEX-REPEAT.checkpoint: those of other tasks get on
 * while it does not. */
static const char own_states[] = "states() {\n"
                                 "    for state in \"$folder\"/checkpoints/[0-9]*-[0-9]*-[0-9]*.checkpoint; do\n"
                                 "        [ -f \"$state\" ] || continue\n"
                                 "        part=${state##*/}\n"
                                 "%s"
                                 "        part=${part%%%%-*}\n"
                                 "        if [ \"$shard\" = summary ] || [ $((part %% tasks)) = "
                                 "$((SLURM_ARRAY_TASK_ID - 1)) ]; then\n"
                                 "            cat \"$state\"\n"
                                 "        fi\n"
                                 "    done\n"
                                 "}\n";
static const char index_part[] = "        part=${part#*-}\n";
static const char all_states[] = "states() { cat \"$folder\"/checkpoints/*.checkpoint; }\n";

static const char again[] =
    "mark=$folder/slurm/$shard.restarts misses=0 before=''\n"
    "now=$({ cat \"$folder/$records\".*jsonl; states; } 2>/dev/null | cksum)\n"
    "[ ! -f \"$mark\" ] || { read -r misses && read -r before; } <\"$mark\"\n"
    "if [ \"$now\" = \"$before\" ]; then misses=$((misses + 1)); else misses=0; fi\n"
    "printf '%s\\n%s\\n' \"$misses\" \"$now\" >\"$mark\"\n"
    "if [ \"$misses\" -ge 3 ]; then\n"
    "    echo \"fairlead: $misses starts in a row brought nothing new; a longer --time may help\" >&2\n"
    "    exit 1\n"
    "fi\n"
    "echo \"fairlead: stopped before the limit; started again\" >&2\n"
    "if scontrol requeue \"$job\"; then\n"
    "    sleep 60 & # Slurm ends this start\n"
    "    wait $!\n"
    "fi\n"
    "exit 75\n";

static void add_states(fl_text *text, const slurm_job *job)
{
    if (job->tasks)
        fl_text_add(text, own_states, job->by_arms ? "" : index_part);
    else
        fl_text_add(text, "%s", all_states);
}

static void add_numbers(fl_text *text, const slurm_job *job)
{
    fl_text_add(text, "every=%zu\n", job->checkpoint_every);
    if (job->tasks) fl_text_add(text, "tasks=%zu\n", job->tasks);
}

bool slurm_script_takes(const slurm_job *job, fl_error *error)
{
    bool fine = leaves_time(job->time, error);
    for (size_t i = 0; fine && i < job->n_further; i++) fine = slurm_words_further(job->further[i], error);
    return fine;
}

/* What all runs of the script are given; every node of a job has a process of its own. */
static void add_run(fl_text *text, const slurm_job *job)
{
    if (job->ranks) fl_text_add(text, " \\\n    --ranks-per-trial %zu", job->ranks);
    for (size_t i = 0; i < job->n_plugins; i++) {
        fl_text_add(text, " \\\n    --plugin ");
        fl_text_add_shell_word(text, job->plugins[i]);
    }
    fl_text_add(text, "\n");
}

/* Trainings that several nodes carry want them for what is missing at the end, too. */
static void add_parts(fl_text *text, const slurm_job *job)
{
    fl_text_add(text, "%s", summary_part);
    if (job->ranks)
        fl_text_add(text, joined_part, "");
    else
        fl_text_add(text, "%s", alone_part);
    fl_text_add(text, "else\n%s", job->tasks ? array_part : nodes_part);
    if (job->nodes) fl_text_add(text, joined_part, " --own-files");
}

bool slurm_script(const slurm_job *job, fl_text *text, fl_error *error)
{
    fl_text_add(text, "#!/bin/sh\n");
    add_name(text, job->name);
    if (!add_directives(text, job, error)) return false;
    fl_text_add(text, "%s", about);
    add_setting(text, "fairlead", job->program);
    add_setting(text, "study", job->study);
    add_setting(text, "folder", job->folder);
    add_numbers(text, job);
    if (job->prologue) fl_text_add(text, "\n%s\n", job->prologue);
    fl_text_add(text, "%s%s%s", submit, job->tasks ? " --array=0" : job->ranks ? "" : " --nodes=1", submit_end);
    add_run(text, job);
    add_parts(text, job);
    fl_text_add(text, "%s%s%s%s%s", wait_part, job->tasks ? "" : nodes_check, job->ranks ? joined_check : "",
                page_check, end_part);
    add_states(text, job);
    fl_text_add(text, "%s", again);
    return true;
}
