#!/bin/bash
# server.sh SOURCE BUILD   a parameter server on the real clock: its workers and servers are processes of mpirun; more of it
# with FAIRLEAD_LONG. Runs itself inside lab, so that no process outlives it.
. "$1/tests/cluster/common.sh"
in_lab "$@"
need mpirun.openmpi python3 pgrep

glyphs=(trial --workload glyphs/mlp --optimizer momentum --set learning_rate=0.02 --batch 32 --steps 120 --eval-every 60 --json)

begin "one worker and one server: the bits of plain training"
"$build/fairlead" "${glyphs[@]}" >plain.json || fail "a plain trial fails"
together 2 "${glyphs[@]}" --parallel asynchronous:1,clock=real --timeline 2 >one.json 2>one.err || fail "exit code $?: $(tail -n 3 one.err)"
[ "$(value one.json "r['state_hash'], r['gradient_evaluations'], r['final']['val_loss']")" = \
    "$(value plain.json "r['state_hash'], r['gradient_evaluations'], r['final']['val_loss']")" ] || fail "other bits"
[ "$(value one.json "r['carriers']['processes'], r['hyperparameters']['parallel.clock']")" = "2 real" ] || fail "not recorded so"
[ "$(value one.json "[(l['step'], l['worker'], l['clock']) + tuple(s['what'] for s in l['spans']) for l in r['timeline']][1]")" = \
    "(2, 0, 'real', 'pull', 'compute', 'push')" ] || fail "no timeline: $(value one.json "r.get('timeline')")"

begin "one worker and two servers: the bits of virtual time, with running statistics, between readings too"
cat >model.json <<'J'
{ "workload": "model", "data": "glyphs", "layers": [
    { "kind": "convolution", "out": 3, "kernel": 14, "stride": 14 }, { "kind": "batch_norm" }, { "kind": "flatten" },
    { "kind": "dropout", "rate": 0.25 }, { "kind": "dense", "out": 10 } ],
  "loss": { "kind": "softmax_cross_entropy" } }
J
model=(trial --workload model.json --backend naive --optimizer adam --set learning_rate=0.01 --batch 24 --validation 200 --steps 9
    --eval-every 4 --json)
"$build/fairlead" "${model[@]}" --parallel asynchronous:1,push_every=2,fetch_every=4 >virtual.json || fail "in virtual time it fails"
together 3 "${model[@]}" --parallel asynchronous:1,push_every=2,fetch_every=4,clock=real,shards=2 >real.json 2>real.err ||
    fail "exit code $?: $(tail -n 3 real.err)"
[ "$(value real.json "r['state_hash'], r['gradient_evaluations'], r['first_losses']")" = \
    "$(value virtual.json "r['state_hash'], r['gradient_evaluations'], r['first_losses']")" ] || fail "other bits"

# Two workers' gradients are one or so late on either clock, which at this rate costs little: within a quarter of the loss.
begin "two workers learn as in virtual time${FAIRLEAD_LONG:+, from one server and} from two"
"$build/fairlead" "${glyphs[@]}" --parallel asynchronous:2 >virtual.json || fail "in virtual time it fails"
for shards in ${FAIRLEAD_LONG:+1} 2; do
    together $((2 + shards)) "${glyphs[@]}" --parallel "asynchronous:2,clock=real,shards=$shards" >real.json 2>real.err ||
        fail "$shards servers: exit code $?: $(tail -n 3 real.err)"
    python3 - $shards <<'P' || fail "$shards servers: $(cat real.json)"
import json, sys
real, virtual = (json.load(open(name + ".json")) for name in ("real", "virtual"))
close = abs(real["final"]["val_loss"] / virtual["final"]["val_loss"] - 1) < .25
sys.exit(not (close and real["status"] == "complete" and real["carriers"]["processes"] == 2 + int(sys.argv[1])
              and real["gradient_evaluations"] == 120 and real["trial"] != virtual["trial"]))
P
done

if [ -n "${FAIRLEAD_LONG:-}" ]; then
    begin "a loss that is not finite ends it, for everybody"
    together 4 "${glyphs[@]/=0.02/=1e30}" --parallel asynchronous:2,clock=real,shards=2 >infinite.json 2>infinite.err ||
        fail "exit code $?: $(tail -n 3 infinite.err)"
    [ "$(value infinite.json "r['status']")" = infeasible ] || fail "$(cat infinite.json)"
fi

begin "killed, it goes on from its checkpoint; with one worker to the bits of plain training"
noisy=(trial --workload quadratic/noisy --backend naive --optimizer momentum --set learning_rate=1e-3 --batch 16 --steps 300
    --eval-every 150 --json)
"$build/fairlead" "${noisy[@]}" >plain.json || fail "a plain trial fails"
kept=(--parallel asynchronous:1,clock=real --checkpoint-every 50 --checkpoint kept)
hold rename 3 supervisor
together 2 "${noisy[@]}" "${kept[@]}" >killed.json 2>killed.err &
mpirun=$!
wait_met held 1
kill -KILL "$(rank 1)"
wait $mpirun && fail "nobody has noticed"
let_go
together 2 "${noisy[@]}" "${kept[@]}" >again.json 2>again.err || fail "exit code $?: $(tail -n 3 again.err)"
says again.err "the trial goes on from step"
[ "$(value again.json "r['state_hash'], r['gradient_evaluations']")" = "$(value plain.json "r['state_hash'], r['gradient_evaluations']")" ] ||
    fail "other bits"

begin "mistakes"
refused() { # PROCESSES TEXT OPTIONS...
    processes=$1 text=$2
    shift 2
    together "$processes" "${glyphs[@]}" "$@" >wrong.out 2>&1
    code=$?
    [ $code = 2 ] || fail "exit code $code for $*"
    says wrong.out "$text"
}
refused 1 "wants 3 processes, one for each of 2 workers and 1 server, and there is 1" --parallel asynchronous:2,clock=real
refused 3 "wants 2 processes, one for each of 1 worker and 1 server, and there are 3" --parallel asynchronous:1,clock=real
refused 2 "leave out parallel.clock = real" --parallel asynchronous:1,clock=real --trace trace.jsonl
[ ! -e trace.jsonl ] || fail "something was written"

# Its trials are given to groups of three processes.
cat >real.json <<'J'
{ "study": "real", "workload": "quadratic/noisy", "backend": "naive", "batch_size": 16,
  "parallel": { "method": "asynchronous", "workers": 2, "clock": "real" },
  "budget": { "trials": 1, "steps": 200, "eval_every": 100 }, "seeds": { "rerun_best": 1 },
  "arms": [ { "arm": "sgd", "optimizer": "sgd",
              "space": { "learning_rate": { "min": 1e-3, "max": 1e-2, "scaling": "log" } } } ] }
J
worker() { # RANK: a worker of that process, if it has one
    parent=$(rank "$1")
    [ -z "$parent" ] || pgrep -x fairlead -P "$parent" | head -n 1
}

study() { # FOLDER RUN'S OPTIONS...: by three, under way; its workers are met at their hundredth message
    hold send 100
    together 3 run real.json -o "$1" -j 1 --progress none --ranks-per-trial 3 "${@:2}" >"$1.out" 2>&1 &
    mpirun=$!
    wait_met held 1
}

ends() { # FOLDER: well, and each trial was recorded once
    wait $mpirun || fail "exit code $?: $(grep -a fairlead: "$1.out")"
    complete "$1"
    once "$1"
}

begin "a study on the real clock, a process of which is killed"
"$build/fairlead" run real.json -o wrong >wrong.out 2>&1 && fail "one process is not refused"
says wrong.out "real.json:2:15: arm 'sgd' trains on the real clock by 3 processes"
says wrong.out "launch at least mpirun -np 3, with --ranks-per-trial 3"
[ ! -e wrong ] || fail "something was written"
study study
kill -KILL "$(worker 1)"
let_go
ends study
python3 - <<'P' || fail "$(cat study/points*.jsonl)"
import glob, json, sys
points = [json.loads(line) for path in glob.glob("study/points*.jsonl") for line in open(path)]
sys.exit(not (points and all(p["staleness_max"] >= p["staleness"] >= 0 and "virtual_seconds" not in p for p in points)))
P
"$build/fairlead" verify study >verified.txt 2>&1
[ $? = 4 ] || fail "verify: $(cat verified.txt)"
says verified.txt "it was trained on the real clock, where no two runs are the same"

begin "one that hangs"
study hangs --silence 2
kill -STOP "$(worker 2)"
let_go
ends hangs

goes_on() { # FOLDER
    says "$1.out" "the trial goes on from step"
    [ ! -e "$1/checkpoints" ] || fail "a checkpoint is left"
}

begin "with checkpoints one that is killed costs little"
study saves --checkpoint-every 10
kill -KILL "$(worker 2)"
let_go
ends saves
goes_on saves

begin "told to save and stop, and started again"
study told --checkpoint-every 1000000
kill -USR1 "$(rank 0)"
wait_met signalled 1
let_go
wait $mpirun
[ $? = 75 ] || fail "not exit code 75: $(tail -n 3 told.out)"
[ -n "$(find told/checkpoints -name '*.checkpoint')" ] || fail "no state was saved"
together 3 run real.json -o told -j 1 --progress none --ranks-per-trial 3 --checkpoint-every 1000000 >told.out 2>&1 &
mpirun=$!
ends told
goes_on told

[ -n "${FAIRLEAD_LONG:-}" ] || exit $failed
begin "a worker that is killed again and again costs its trial alone"
study lost
while kill -0 $mpirun 2>/dev/null; do
    [ ! -s met ] || { : >met && kill -KILL "$(worker 1)" 2>/dev/null; }
    sleep 0.1
done
wait $mpirun
let_go
grep -q '"status":"failed"' lost/trials*.jsonl || fail "$(cat lost/trials*.jsonl)"
grep -q 'that carried it: killed by signal 9' lost/trials*.jsonl || fail "$(cat lost/trials*.jsonl)"
exit $failed
