#!/bin/bash
# mpi.sh SOURCE BUILD   a study by mpirun on one machine: the records of -j, and what happens to processes that die or hang.
# Runs itself inside lab, so that no process outlives it.
. "$1/tests/cluster/common.sh"
in_lab "$@"
no_figures
need mpirun.openmpi python3 pgrep

mpi() { # MPIRUN'S OPTIONS... -- RUN'S OPTIONS...
    options=()
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    timeout -k 2 $limit mpirun.openmpi --oversubscribe "${options[@]}" -np 3 "$build/fairlead" run "$@" --progress none
}

begin "three processes give the records of one"
"$build/fairlead" run same.json -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
mpi -- same.json -o three >three.out 2>&1 || fail "exit code $?: $(tail -n 5 three.out)"
same once three
once three
complete three

begin "a supervisor that only supervises"
mpi -- same.json -o dedicated --dedicated >dedicated.out 2>&1 || fail "exit code $?"
same once dedicated
"$build/fairlead" run same.json -o alone --dedicated >alone.out 2>&1 && fail "--dedicated alone is not refused"
says alone.out "--dedicated needs other processes"

begin "mistakes end everybody, with one message"
mpi -- same.json -o once --trials 3 >mistake.out 2>&1 && fail "another study is not refused"
says mistake.out "budget.trials"
[ "$(grep -c '^fairlead:' mistake.out)" = 1 ] || fail "more than one message"

begin "tasks that are each alone are refused"
SLURM_STEP_NUM_TASKS=3 "$build/fairlead" run same.json -o lonely >lonely.out 2>&1
[ $? = 2 ] || fail "not exit code 2"
says lonely.out "--mpi=pmix"
[ -e lonely ] && fail "something was written"
SLURM_STEP_NUM_TASKS=3 "$build/fairlead" run same.json -o lonely --no-mpi >lonely.out 2>&1 || fail "--no-mpi"
same once lonely

begin "a process that computes otherwise is left out, or taken by --mixed"
sed 's/"naive"/"onednn"/; s/"steps": [0-9]*/"steps": 50/; s/"eval_every": [0-9]*/"eval_every": 25/' same.json >onednn.json
for mixed in "" --mixed; do
    timeout -k 2 $limit mpirun.openmpi --oversubscribe -np 1 "$build/fairlead" run onednn.json -o "other$mixed" --progress none --dedicated $mixed : \
        -np 1 "$build/fairlead" run onednn.json : -np 1 env ONEDNN_MAX_CPU_ISA=SSE41 "$build/fairlead" run onednn.json >other.out 2>&1 ||
        fail "exit code $?"
    complete "other$mixed"
    [ -n "$mixed" ] || says other.out "differs in library; --mixed takes it"
    [ -z "$mixed" ] || ! grep -q "differs in" other.out || fail "--mixed left it out"
done

if [ -d "${FAIRLEAD_DATA:-none}/mnist" ]; then
    begin "a data set that a process lacks is sent"
    cat >digits.json <<'J'
{ "study": "digits", "workload": "mnist/logistic", "batch_size": 256, "budget": { "trials": 3, "steps": 3, "eval_every": 3 },
  "arms": [ { "arm": "sgd", "optimizer": "sgd", "space": { "learning_rate": { "min": 1e-3, "max": 1e-1, "scaling": "log" } } } ] }
J
    "$build/fairlead" run digits.json -o digits1 -j 1 --progress none >/dev/null 2>&1 || fail "a plain run fails"
    timeout -k 2 $limit mpirun.openmpi --oversubscribe -np 1 "$build/fairlead" run digits.json -o digits3 --dedicated --progress none : \
        -np 2 env -u FAIRLEAD_DATA HOME=/nowhere XDG_CACHE_HOME=/nowhere "$build/fairlead" run digits.json -j 1 >digits.out 2>&1 ||
        fail "exit code $?: $(tail -n 3 digits.out)"
    same digits1 digits3
    [ -z "$(find . -maxdepth 1 -name 'fairlead-agent-*')" ] || fail "an agent left something behind"
fi

set_pace
"$build/fairlead" run same.json -o paced -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"

begin "a killed process costs its trial's time"
mpi --mca orte_enable_recovery 1 -- same.json -o killed --silence 3 -j 1 >killed.out 2>&1 &
wait_trials killed 2
kill -KILL "$(rank 2)"
wait $!
complete killed
same paced killed
once killed
says killed.out "was silent for too long"

begin "a process that hangs, and comes back"
mpi --mca orte_enable_recovery 1 -- same.json -o back --silence 2 -j 1 >back.out 2>&1 &
mpirun=$!
wait_trials back 1
stopped=$(rank 1)
kill -STOP "$stopped"
for _ in $(seq 300); do grep -q "was silent for too long" back.out && break; sleep 0.1; done
kill -CONT "$stopped"
wait $mpirun || fail "exit code $?"
complete back
same paced back
once back
says back.out "was silent for too long"

begin "a process that hangs for good"
mpi --mca orte_enable_recovery 1 -- same.json -o hung --silence 2 -j 1 >hung.out 2>&1 &
mpirun=$!
wait_trials hung 1
stopped=$(rank 1)
kill -STOP "$stopped"
wait_complete hung
kill -KILL "$stopped"
end_launcher $mpirun
same paced hung

begin "a killed mpirun is taken over"
setsid mpirun.openmpi --oversubscribe -np 3 "$build/fairlead" run same.json -o over -j 1 --progress none >over.out 2>&1 &
mpirun=$!
wait_trials over 3
kill -KILL $mpirun
disown $mpirun
for _ in $(seq 300); do pgrep -x fairlead >/dev/null || break; sleep 0.1; done
! pgrep -x fairlead >/dev/null || fail "processes are left"
mpi -- same.json -o over >over.out 2>&1 || fail "exit code $?: $(tail -n 3 over.out)"
same paced over
once over

# Between two trials there is nothing to save: then it is told again.
begin "told to save and stop, and started again"
for already in 2 4 6; do
    mpi -- same.json -o saved --checkpoint-every 1000000 -j 1 >saved.out 2>&1 &
    mpirun=$!
    wait_trials saved $already
    kill -USR1 "$(rank 0)"
    wait $mpirun
    [ $? = 75 ] || fail "not exit code 75: $(tail -n 3 saved.out)"
    [ -z "$(find saved/checkpoints -name '*.checkpoint')" ] || break
done
[ -n "$(find saved/checkpoints -name '*.checkpoint')" ] || fail "no state was saved"
mpi -- same.json -o saved --checkpoint-every 1000000 -j 1 >saved.out 2>&1 || fail "exit code $?"
says saved.out "goes on from step"
same paced saved
exit $failed
