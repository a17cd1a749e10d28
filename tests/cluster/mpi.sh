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
    timeout -k 2 $limit mpirun.openmpi --oversubscribe "${options[@]}" -np 3 "${held[@]}" "$build/fairlead" run "$@" --progress none
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

once_said() { # VERB WORDS...: by three processes; what they say, one mistake in one message
    timeout -k 2 $limit mpirun.openmpi --oversubscribe -np 3 "$build/fairlead" "$@" >said.out 2>said.err
    code=$?
    [ "$(grep -c '^fairlead:' said.err)" = 1 ] || fail "$*: not one message: $(cat said.err)"
}
for words in "run same.json --trails 3" "run nowhere.json" "run same.json --plugin nowhere.so" "trial --optimiser sgd" \
    "trial --workload glyphs/mlp --optimizer nothing" "trial --workload nowhere.json --optimizer sgd" "summary nowhere" "summery"; do
    # shellcheck disable=SC2086 # words
    once_said $words
    [ $code = 2 ] || fail "$words: exit code $code"
done

begin "what is no run and no trial is done by one"
"$build/fairlead" summary once >alone.out || fail "no summary"
once_said summary once
[ $code = 0 ] || fail "exit code $code"
cmp -s said.out alone.out || fail "another summary than that of one process"
says said.err "3 processes were launched; 'summary' was done by one"
once_said doctor
[ "$(grep -c '^  cores ' said.out)" = 1 ] || fail "the machine is told of more than once"
says said.err "by one on each machine"
once_said check once --complete
sed 1q once/trials.jsonl >once.line
cp -r once partly && cp once.line partly/trials.jsonl
once_said check partly --complete
[ $code = 4 ] || fail "not the exit code of the one: $code"
timeout -k 2 60 mpirun.openmpi --oversubscribe -np 3 "$build/fairlead" --help >said.out 2>&1 || fail "--help"
[ "$(grep -c '^usage:' said.out)" = 1 ] || fail "help is printed more than once"
timeout -k 2 60 mpirun.openmpi --oversubscribe -np 1 "$build/fairlead" check once : -np 1 "$build/fairlead" check nowhere >said.out 2>&1 &&
    fail "the second of two command lines is passed over"
says said.out "nowhere"

begin "processes of one machine divide its memory"
# Of n^2 parameters, whose four arrays and more take half of the machine's memory.
n=$(awk '/MemTotal/ { print int(sqrt($2 * 1024 / 32)) }' /proc/meminfo)
wide="{ \"kind\": \"dense\", \"out\": $n }, { \"kind\": \"relu\" }"
cat >wide.json <<J
{ "workload": "wide", "data": "glyphs", "layers": [ $wide, $wide, { "kind": "dense", "out": 10 } ], "loss": { "kind": "softmax_cross_entropy" } }
J
sed 's/"workload": "[^"]*"/"workload": "wide.json"/; s/"trials": [0-9]*/"trials": 9/' same.json >large.json
once_said run large.json -o large -j 2
says said.err "for each of 6 processes; fewer"
once_said run large.json -o large -j 2 --dedicated
says said.err "for each of 4 processes; fewer"
once_said trial --workload wide.json --optimizer sgd --set learning_rate=0.1 --parallel synchronous:4
says said.err "for each of 3 processes; fewer"

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

begin "whose words count is said"
timeout -k 2 $limit mpirun.openmpi --oversubscribe -np 1 "$build/fairlead" run same.json -o words --progress none --dedicated : \
    -np 1 "$build/fairlead" run same.json -j 1 --trials 9 >words.out 2>&1 || fail "exit code $?"
says words.out "was started by other words than process 0, whose words count: same.json --trials 9"
complete words

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

# Each worker is met with its second trial, which it would have ended next.
start() { # FOLDER MPI'S OPTIONS... -- RUN'S OPTIONS...
    out=$1
    shift
    hold write 3
    mpi "$@" -o "$out" -j 1 >"$out.out" 2>&1 &
    mpirun=$!
    wait_met held 3
}

begin "a killed process costs its trial's time"
start killed --mca orte_enable_recovery 1 -- same.json --silence 2
kill -KILL "$(rank 2)"
let_go
wait $mpirun
complete killed
same once killed
once killed
says killed.out "was silent for too long"

begin "a process that hangs, and comes back"
start back --mca orte_enable_recovery 1 -- same.json --silence 2
stopped=$(rank 1)
kill -STOP "$stopped"
for _ in $(seq 300); do grep -q "was silent for too long" back.out && break; sleep 0.1; done
kill -CONT "$stopped"
let_go
wait $mpirun || fail "exit code $?"
complete back
same once back
once back
says back.out "was silent for too long"
says back.out "is back; what it had before is dropped"

begin "a process that hangs for good"
start hung --mca orte_enable_recovery 1 -- same.json --silence 2
stopped=$(rank 1)
kill -STOP "$stopped"
let_go
wait_complete hung
kill -KILL "$stopped"
end_launcher $mpirun
same once hung

begin "a killed mpirun is taken over"
hold write 3
setsid mpirun.openmpi --oversubscribe -np 3 "${held[@]}" "$build/fairlead" run same.json -o over -j 1 --progress none >over.out 2>&1 &
mpirun=$!
wait_met held 3
kill -KILL $mpirun
disown $mpirun
wait_gone 0 1 2
! pgrep -x fairlead >/dev/null || fail "processes are left"
let_go
mpi -- same.json -o over >over.out 2>&1 || fail "exit code $?: $(tail -n 3 over.out)"
same once over
once over

begin "told to save and stop, and started again"
hold rename 2
mpi -- same.json -o saved --checkpoint-every 1000 -j 1 >saved.out 2>&1 &
mpirun=$!
wait_met held 3
kill -USR1 "$(rank 0)"
wait $mpirun
[ $? = 75 ] || fail "not exit code 75: $(tail -n 3 saved.out)"
let_go
[ "$(find saved/checkpoints -name '*.checkpoint' | wc -l)" = 3 ] || fail "not every state was saved"
mpi -- same.json -o saved --checkpoint-every 1000000 -j 1 >saved.out 2>&1 || fail "exit code $?"
[ "$(grep -c "goes on from step" saved.out)" = 3 ] || fail "not all went on: $(grep -a step saved.out)"
same once saved
begin "a state of many pieces is there before its trial goes on"
cat >wide.json <<'J'
{ "study": "wide", "backend": "openblas", "batch_size": 16, "budget": { "trials": 1, "steps": 600, "eval_every": 600 },
  "seeds": { "rerun_best": 0 },
  "workload": { "workload": "wide", "data": "glyphs", "loss": { "kind": "softmax_cross_entropy" },
                "layers": [ { "kind": "flatten" }, { "kind": "dense", "out": 3000 }, { "kind": "relu" }, { "kind": "dense", "out": 10 } ] },
  "arms": [ { "arm": "adam", "optimizer": "adam", "space": { "learning_rate": { "min": 1e-4, "max": 1e-3, "scaling": "log" } } } ] }
J
mpi -- wide.json -o wide --dedicated --checkpoint-every 20 -j 1 >wide.out 2>&1 &
mpirun=$!
until [ -e "$(echo wide/checkpoints/*.checkpoint)" ] || ! kill -0 $mpirun 2>/dev/null; do sleep 0.1; done
kill -USR1 "$(rank 0)"
wait $mpirun
[ $? = 75 ] || fail "not exit code 75: $(tail -n 3 wide.out)"
mpi -- wide.json -o wide --dedicated --checkpoint-every 1000 -j 1 >wide.out 2>&1 || fail "exit code $?: $(tail -n 3 wide.out)"
grep -q "goes on from step" wide.out || fail "it began anew: $(cat wide.out)"
exit $failed
