#!/bin/bash
# slurm.sh SOURCE BUILD   the job scripts of `fairlead slurm` under a real slurmctld with four nodes: array and nodes, the
# signal before the limit, requeue, preemption, a controller that is started again, a node that is lost.
. "$1/tests/cluster/common.sh"
in_lab "$@"
no_figures
start_slurm

wait_jobs() { # until none is left
    for _ in $(seq 600); do
        [ -z "$(timeout 5 squeue -h 2>&1)" ] && return
        sleep 0.2
    done
    fail "jobs are left: $(squeue)"
}

submit() { # FOLDER STUDY WORDS...: the job's number
    folder=$1 study=$2
    shift 2
    "$build/fairlead" slurm "$study" --folder "$folder" --time 5 -o "$folder.sh" "$@" >/dev/null || fail "no script"
    sh "$folder.sh" >"$folder.jobs" || fail "not submitted"
    sed -n 's/^study: job //p' "$folder.jobs"
}

restarted() { # JOB: by Slurm, whose books tell it from the summary's job, which does whatever is left
    scontrol show job "$1" | grep -qE 'Restarts=[1-9]' || fail "job $1 was not started again"
}

set_pace
begin "an array, and a job of three nodes that is told of its limit"
"$build/fairlead" run same.json -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
array=$(submit array same.json --array 2 --cpus-per-task 1)
wait_trials array 1
scancel --batch --signal=USR1 "${array}_1" # what --signal does at the limit
wait_jobs
nodes=$(submit nodes same.json --nodes 3)
wait_trials nodes 1
scancel --batch --signal=USR1 "$nodes"
wait_jobs
restarted "${array}_1"
restarted "$nodes"
for folder in array nodes; do
    complete $folder
    same once $folder
    [ -f $folder/report.html ] || fail "$folder: no page"
    grep -q "started again" $folder/slurm/*.log || fail "$folder: was not started again"
done

begin "preempted by a job of another partition, under a controller that is started again"
slow() { # STEPS: a study of two trials of so many steps, and its records by a plain run
    cat >slow.json <<J
{ "study": "slow", "workload": "quadratic/noisy", "backend": "naive", "batch_size": 16,
  "budget": { "trials": 2, "steps": $1, "eval_every": $(($1 / 4)) },
  "arms": [ { "arm": "sgd", "optimizer": "sgd",
              "space": { "learning_rate": { "min": 1e-3, "max": 1e-2, "scaling": "log" } } } ] }
J
    rm -rf slow preempted
    "$build/fairlead" run slow.json -o slow -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
}

was_preempted() {
    grep -qE 'PREEMPTION|started again' preempted/slurm/*.log 2>/dev/null
}

preempt() { # two tasks under way, a job that may push them aside, and a controller that dies meanwhile
    [ "$(submit preempted slow.json --array 2 --cpus-per-task 1)" ] || fail "no job"
    for _ in $(seq 200); do [ "$(find preempted -name 'points.*.jsonl' | wc -l)" = 2 ] && break; sleep 0.1; done
    sbatch -o /dev/null -p high --nodes=4 --wrap 'sleep 1' >/dev/null || fail "not submitted"
    for _ in $(seq 200); do was_preempted || [ "$(trials preempted)" = 2 ] && break; sleep 0.1; done
    kill "$(cat lab/slurmctld.pid)"
    for _ in $(seq 50); do timeout 2 sinfo >/dev/null 2>&1 || break; sleep 0.1; done
    slurmctld -f "$SLURM_CONF"
    for _ in $(seq 100); do timeout 2 sinfo >/dev/null 2>&1 && break; sleep 0.1; done
    wait_jobs
}

# How long a trial takes depends on the machine: one that ended before it could be preempted is followed by a longer one.
for steps in 4000000 16000000 64000000; do
    slow $steps
    preempt
    was_preempted && break
done
was_preempted || fail "nothing was preempted"
grep -q 'goes on from step' preempted/slurm/*.log || fail "the trials were begun anew"
complete preempted
same slow preempted

if [ "${FAIRLEAD_LONG:-}" ]; then
    begin "a node whose daemon dies, and whose task lives on beside its second start"
    lost=$(submit lost same.json --array 2 --cpus-per-task 1)
    wait_trials lost 1
    node=$(squeue -h -o %N -j "${lost}_1")
    kill -KILL "$(cat "lab/slurmd.$node.pid")"
    wait_jobs
    complete lost
    same once lost
fi
exit $failed
