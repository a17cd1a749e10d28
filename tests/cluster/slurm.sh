#!/bin/bash
# slurm.sh SOURCE BUILD   the job scripts of `fairlead slurm` under a real slurmctld with four nodes: array and nodes, the
# signal before the limit, requeue, preemption, a controller that is started again, a node that is lost.
. "$1/tests/cluster/common.sh"
in_lab "$@"
no_figures
start_slurm

# Until none is left. One that is to be started again would wait until its old credential has run out.
wait_jobs() {
    for _ in $(seq 600); do
        jobs=$(timeout 5 squeue -h -o '%i %r' 2>&1)
        [ -z "$jobs" ] && return
        for job in $(echo "$jobs" | sed -n 's/ BeginTime$//p'); do scontrol update jobid="$job" StartTime=now 2>/dev/null; done
        sleep 0.1
    done
    fail "jobs are left: $(squeue)"
}

submit() { # FOLDER STUDY WORDS...: the job's number; held or not, and saved every thousand steps, not every minute
    folder=$1 study=$2
    shift 2
    "$build/fairlead" slurm "$study" --folder "$folder" --time 5 -o "$folder.sh" "$@" >/dev/null || fail "no script"
    printf '#!/bin/sh\nexec %s"%s" "$@"\n' "$(printf '%q ' "${held[@]:-env}")" "$build/fairlead" >program
    chmod +x program
    sed -i "s/^every=.*/every=1000/; s|^fairlead=.*|fairlead=$PWD/program|" "$folder.sh"
    sh "$folder.sh" >"$folder.jobs" || fail "not submitted"
    sed -n 's/^study: job //p' "$folder.jobs"
}

restarted() { # JOB: by Slurm, whose books tell it from the summary's job, which does whatever is left
    scontrol show job "$1" | grep -qE 'Restarts=[1-9]' || fail "job $1 was not started again"
}

went_on() { # FOLDER: started again, it did what was missing and made the page
    grep -q "started again" "$1"/slurm/*.log || fail "$1: was not started again"
    grep -q "goes on from step" "$1"/slurm/*.log || fail "$1: the trials were begun anew: $(tail -n 9 "$1"/slurm/*.log)"
    complete "$1"
    same once "$1"
    [ -f "$1/report.html" ] || fail "$1: no page"
}

begin "tasks that are each alone are refused, in one message"
srun --mpi=none -N3 -n3 "$build/fairlead" run same.json -o lonely >lonely.out 2>&1 && fail "they are not refused"
[ "$(grep -c '^fairlead:' lonely.out)" = 1 ] || fail "not one message: $(cat lonely.out)"
says lonely.out "srun --mpi=pmix"
srun --mpi=none -N3 -n3 "$build/fairlead" check nowhere >lonely.out 2>&1 && fail "nothing is checked"
[ "$(grep -c '^fairlead:' lonely.out)" = 1 ] || fail "not one message: $(cat lonely.out)"

# Each worker is met with a trial that has a checkpoint, and waits before the second.
begin "an array that is told of its limit"
"$build/fairlead" run same.json -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
hold rename 2
array=$(submit array same.json --array 2 --cpus-per-task 1)
wait_met held 2
scancel --batch --signal=USR1 "${array}_1" # what --signal does at the limit
wait_met signalled 1
let_go
wait_jobs
restarted "${array}_1"
went_on array

begin "a job of three nodes"
hold rename 2
nodes=$(submit nodes same.json --nodes 3)
wait_met held 3
scancel --batch --signal=USR1 "$nodes"
wait_met signalled 3
let_go
wait_jobs
restarted "$nodes"
went_on nodes

begin "a controller that is started again, and a job of another partition that comes first"
hold rename 2
array=$(submit preempted same.json --array 2 --cpus-per-task 1)
wait_met held 2
kill "$(cat lab/slurmctld.pid)"
for _ in $(seq 50); do timeout 2 sinfo >/dev/null 2>&1 || break; sleep 0.1; done
slurmctld -f "$SLURM_CONF"
for _ in $(seq 100); do timeout 2 sinfo >/dev/null 2>&1 && break; sleep 0.1; done
sbatch -o /dev/null -p high --nodes=4 --wrap 'sleep 1' >/dev/null || fail "not submitted"
wait_met signalled 2
let_go
wait_jobs
restarted "${array}_1"
went_on preempted

if [ "${FAIRLEAD_LONG:-}" ]; then
    begin "a training that two nodes carry"
    cat >shared.json <<'J'
{ "study": "shared", "workload": "glyphs/mlp", "backend": "naive", "batch_size": 16, "budget": { "trials": 2, "steps": 40 },
  "arms": [ { "arm": "two", "optimizer": "momentum", "parallel": { "method": "synchronous", "workers": 2 },
              "space": { "learning_rate": { "min": 0.01, "max": 0.1, "scaling": "log" } } } ] }
J
    "$build/fairlead" run shared.json -o alone -j 1 --progress none >/dev/null 2>&1 || fail "a plain run fails"
    submit both shared.json --nodes 2 --ranks-per-trial 2 >/dev/null
    wait_jobs
    same alone both
    grep -q '"processes":2' both/trials*.jsonl || fail "not carried by two: $(tail -n 9 both/slurm/*.log)"

    begin "a node whose daemon dies, and whose task lives on beside its second start"
    set_pace
    rm -rf once
    "$build/fairlead" run same.json -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
    lost=$(submit lost same.json --array 2 --cpus-per-task 1)
    wait_trials lost 1
    node=$(squeue -h -o %N -j "${lost}_1")
    kill -KILL "$(cat "lab/slurmd.$node.pid")"
    wait_jobs
    complete lost
    same once lost
fi
exit $failed
