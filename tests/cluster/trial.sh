#!/bin/bash
# trial.sh SOURCE BUILD   one training whose workers several processes of mpirun carry: the bits of one process.
# Runs itself inside lab, so that no process outlives it.
. "$1/tests/cluster/common.sh"
in_lab "$@"
need mpirun.openmpi python3 pgrep

# Batch normalisation, dropout and state that is carried on: what each worker has for itself; four layers that multiply,
# for as many stages.
cat >model.json <<'J'
{ "workload": "model", "data": "glyphs", "inputs": [{ "crop": 2 }, "flip"], "layers": [
    { "kind": "batch_norm" }, { "kind": "dropout", "rate": 0.25 },
    { "kind": "convolution", "out": 3, "kernel": 14, "stride": 14 }, { "kind": "flatten" }, { "kind": "dense", "out": 16 },
    { "kind": "relu" }, { "kind": "dense", "out": 12 }, { "kind": "batch_norm" }, { "kind": "dense", "out": 10 } ],
  "loss": { "kind": "softmax_cross_entropy" } }
J
train() { # PROCESSES OPTIONS...: what the trial came to, without what a clock shows
    processes=$1
    shift
    launch=()
    [ "$processes" = 1 ] || launch=(timeout -k 2 120 mpirun.openmpi --oversubscribe -np "$processes")
    "${launch[@]}" "$build/fairlead" trial --workload model.json --set learning_rate=0.01 --backend naive --batch 24 \
        --validation 200 --steps 9 --eval-every 4 --json "$@" >out.json 2>err.txt || fail "exit code $?: $(tail -n 3 err.txt)"
    python3 - <<'P' || fail "no record: $(tail -n 3 err.txt)"
import json
r = json.load(open("out.json"))
print({k: r.get(k) for k in ("trial", "status", "state_hash", "gradient_evaluations", "first_losses", "final")}, file=open("came.txt", "w"))
print(r.get("carriers", {}).get("processes", 1), file=open("processes.txt", "w"))
P
}

# The first by every number of processes; the others, unless FAIRLEAD_LONG is set, by those that divide their workers unevenly.
agree() { # NUMBERS OPTIONS...: by so many processes as by one
    numbers=$1
    shift
    [ -z "${FAIRLEAD_LONG:-}" ] || numbers="2 3 4"
    begin "by 1 and $numbers processes: $*"
    train 1 "$@"
    mv came.txt alone.txt
    for n in $numbers; do
        train "$n" "$@"
        cmp -s alone.txt came.txt || fail "$n processes: $(cat came.txt), one: $(cat alone.txt)"
        [ "$(cat processes.txt)" = "$n" ] || fail "not $n processes but $(cat processes.txt)"
    done
}
agree "2 3 4" --optimizer adam --parallel synchronous:4
agree 4 --optimizer sam --parallel synchronous:6 --micro-batch 2
agree 3 --optimizer momentum --parallel local:4,every=3,state=averaged --average ema:0.5
agree "2 3" --optimizer adam --parallel pipeline:4 --micro-batch 4
agree "2 4" --optimizer adam --parallel tensor:4
sed -i 's/{ "kind": "batch_norm" }, { "kind": "dense", "out": 10 }/{ "kind": "dense", "out": 10 }/' model.json # it has no share
agree 3 --optimizer momentum --parallel one_weird_trick:4,scheme=a
agree 3 --optimizer momentum --parallel one_weird_trick:4,scheme=b
agree 2 --optimizer sgd --parallel synchronous:4 --set clip_value=0 --init constant:1e30 # diverges

begin "what cannot be carried is refused"
timeout -k 2 60 mpirun.openmpi --oversubscribe -np 3 "$build/fairlead" trial --workload model.json --optimizer sgd --set learning_rate=0.1 \
    --backend naive --batch 24 --steps 2 --parallel synchronous:2 >few.out 2>&1 && fail "three processes carry two workers"
says few.out "3 processes cannot carry 2 workers"
[ "$(grep -c 'cannot carry' few.out)" = 1 ] || fail "said more than once"
grep -q 'validation' few.out && fail "a table is begun"
timeout -k 2 60 mpirun.openmpi --oversubscribe -np 2 "$build/fairlead" trial --workload model.json --optimizer sgd --set learning_rate=0.1 \
    --backend naive --batch 24 --steps 2 >whole.out 2>&1 && fail "two processes train the same trial"
says whole.out "2 processes were launched for a trial of one worker"
[ "$(grep -c 'were launched' whole.out)" = 1 ] || fail "said more than once"
timeout -k 2 60 mpirun.openmpi --oversubscribe -np 2 "$build/fairlead" trial --workload model.json --optimizer sgd --set learning_rate=0.1 \
    --backend naive --batch 24 --steps 2 --no-mpi >each.out 2>&1 || fail "--no-mpi"

begin "processes that compute otherwise are refused"
timeout -k 2 60 mpirun.openmpi --oversubscribe -np 1 "$build/fairlead" trial --workload model.json --optimizer sgd --set learning_rate=0.1 \
    --backend naive --batch 24 --steps 2 --parallel synchronous:2 : -np 1 "$build/fairlead" trial --workload model.json --optimizer sgd \
    --set learning_rate=0.2 --backend naive --batch 24 --steps 2 --parallel synchronous:2 >other.out 2>&1 && fail "another trial is not refused"
says other.out "process 1 trains another trial than process 0"

begin "so are those that save after other steps"
saving=(trial --workload model.json --optimizer sgd --set learning_rate=0.1 --backend naive --batch 24 --steps 9 --parallel synchronous:2)
timeout -k 2 60 mpirun.openmpi --oversubscribe -np 1 "$build/fairlead" "${saving[@]}" --checkpoint-every 2 : \
    -np 1 "$build/fairlead" "${saving[@]}" --checkpoint-every 3 >other.out 2>&1 && fail "other checkpoints are not refused"
says other.out "process 1 trains another trial than process 0, or saves it after other steps"

begin "killed, it goes on from its checkpoint, by fewer processes"
long=(trial --workload model.json --optimizer momentum --set learning_rate=0.01 --backend naive --batch 24 --validation 200
    --steps 40 --eval-every 40 --parallel local:4,every=3 --json)
"$build/fairlead" "${long[@]}" >plain.json || fail "a plain trial fails"
hold rename 3 supervisor
together 3 "${long[@]}" --checkpoint-every 10 --checkpoint kept >killed.json 2>killed.err &
mpirun=$!
wait_met held 1
kill -KILL "$(rank 1)"
wait $mpirun && fail "nobody has noticed"
let_go
together 2 "${long[@]}" --checkpoint-every 10 --checkpoint kept >again.json 2>again.err || fail "exit code $?: $(tail -n 3 again.err)"
says again.err "the trial goes on from step"
[ "$(value again.json "r['state_hash'], r['gradient_evaluations']")" = "$(value plain.json "r['state_hash'], r['gradient_evaluations']")" ] ||
    fail "other bits"
[ ! -e kept ] || fail "the checkpoint is left"

begin "a process that dies ends the others"
began=$(date +%s)
timeout -k 2 60 mpirun.openmpi --oversubscribe -np 2 "$build/fairlead" trial --workload model.json --optimizer sgd --set learning_rate=0.001 \
    --backend naive --batch 24 --steps 1000000 --eval-every 0 --parallel synchronous:2 --checkpoint-every 10 --checkpoint trains >dead.out 2>&1 &
for _ in $(seq 1000); do [ ! -e trains ] || break && sleep 0.02; done
kill -KILL "$(rank 1)"
wait $! && fail "nobody has noticed"
[ $(($(date +%s) - began)) -lt 50 ] || fail "it took too long"
exit $failed
