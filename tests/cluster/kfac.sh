#!/bin/bash
# kfac.sh SOURCE BUILD   distributed K-FAC on the real clock: gradient, statistics and inverse workers are processes of mpirun.
# Runs itself inside lab, so that no process outlives it.
. "$1/tests/cluster/common.sh"
in_lab "$@"
need mpirun.openmpi python3 pgrep

cat >model.json <<'J'
{ "workload": "model", "data": "glyphs", "layers": [
    { "kind": "convolution", "out": 3, "kernel": 14, "stride": 14 }, { "kind": "batch_norm" }, { "kind": "flatten" },
    { "kind": "dropout", "rate": 0.25 }, { "kind": "dense", "out": 10 } ],
  "loss": { "kind": "softmax_cross_entropy" } }
J
model=(trial --workload model.json --backend naive --optimizer kfac --set learning_rate=0.05 --set inverse_every=3 --set statistics_every=2
    --batch 24 --validation 200 --json)

begin "updates that wait: the bits of virtual time, with running statistics and several workers of each kind"
"$build/fairlead" "${model[@]}" --steps 9 --eval-every 4 --parallel distributed_kfac:2,statistics_workers=2,inverse_workers=2 >virtual.json ||
    fail "in virtual time it fails"
together 6 "${model[@]}" --steps 9 --eval-every 4 --timeline 1 \
    --parallel distributed_kfac:2,statistics_workers=2,inverse_workers=2,clock=real >real.json 2>real.err || fail "exit code $?: $(tail -n 3 real.err)"
counts="r['state_hash'], r['gradient_evaluations'], r['curvature_products'], r['first_losses'], r['final']['val_loss']"
[ "$(value real.json "$counts")" = "$(value virtual.json "$counts")" ] || fail "other bits: $(value real.json "$counts")"
[ "$(value real.json "sorted((l['worker'], l['spans'][0]['what']) for l in r['timeline'] if l['spans'])")" = \
    "[(0, 'compute'), (1, 'compute'), (2, 'statistics'), (3, 'statistics'), (4, 'inverse'), (5, 'inverse')]" ] ||
    fail "no timeline: $(value real.json "r.get('timeline')")"

begin "killed, it goes on from its checkpoint to the same bits"
parallel=distributed_kfac:1
"$build/fairlead" "${model[@]}" --steps 60 --eval-every 30 --parallel $parallel >virtual.json || fail "in virtual time it fails"
kept=(--steps 60 --eval-every 30 --parallel $parallel,clock=real --checkpoint-every 10 --checkpoint kept)
hold rename 3 supervisor
together 3 "${model[@]}" "${kept[@]}" >killed.json 2>killed.err &
mpirun=$!
wait_met held 1
kill -KILL "$(rank $((RANDOM % 3)))"
wait $mpirun && fail "nobody has noticed"
let_go
together 3 "${model[@]}" "${kept[@]}" >again.json 2>again.err || fail "exit code $?: $(tail -n 3 again.err)"
says again.err "the trial goes on from step"
[ "$(value again.json "r['state_hash'], r['gradient_evaluations']")" = "$(value virtual.json "r['state_hash'], r['gradient_evaluations']")" ] ||
    fail "other bits"

python3 - <<'P'
import json
arm = lambda name, how, **more: {"arm": name, "optimizer": "kfac", "parallel": {"method": "distributed_kfac", "workers": 1, "inverses": how, **more},
                                 "space": {"learning_rate": {"min": .01, "max": .1, "scaling": "log"}}}
json.dump({"study": "kfac", "workload": "glyphs/mlp", "batch_size": 32, "budget": {"trials": 1, "steps": 30, "eval_every": 10},
           "seeds": {"rerun_best": 1},
           "arms": [arm("virtual", "synchronous"), arm("waits", "synchronous", clock="real"), arm("does not", "asynchronous", clock="real")]},
          open("kfac.json", "w"))
P
begin "a study on both clocks: updates that do not wait are of older inverses, in no virtual time"
"$build/fairlead" run kfac.json -o wrong >wrong.out 2>&1 && fail "one process is not refused"
says wrong.out "launch at least mpirun -np 3, with --ranks-per-trial 3"
[ ! -e wrong ] || fail "something was written"
together 3 run kfac.json -o study -j 1 --progress none --ranks-per-trial 3 >study.out 2>&1 || fail "exit code $?: $(grep -a fairlead: study.out)"
complete study
once study
python3 - <<'P' || fail "$(cat study/points*.jsonl)"
import glob, json, sys
records = [json.loads(line) for path in glob.glob("study/trials*.jsonl") for line in open(path)]
points = {}
for line in (line for path in glob.glob("study/points*.jsonl") for line in open(path)):
    points.setdefault(json.loads(line)["trial"], []).append(json.loads(line))
of = {r["arm"]: (r, points[r["trial"]]) for r in records}
late = {arm: max(p["inverse_staleness_max"] for p in points) for arm, (r, points) in of.items()}
clocks = {arm: "virtual_seconds" in points[0] for arm, (r, points) in of.items()}
losses = [r["final"]["val_loss"] for r, points in of.values()]
sys.exit(not (len(of) == 3 and late["virtual"] == late["waits"] == 19 and late["does not"] > 19 and max(losses) < 1.5 * min(losses)
              and clocks == {"virtual": True, "waits": False, "does not": False}))
P
"$build/fairlead" verify study >verified.txt 2>&1
says verified.txt "it was trained on the real clock, where no two runs are the same"

begin "mistakes"
refused() { # PROCESSES TEXT OPTIONS...
    processes=$1 text=$2
    shift 2
    together "$processes" "${model[@]}" --steps 2 "$@" >wrong.out 2>&1
    code=$?
    [ $code = 2 ] || fail "exit code $code for $*"
    says wrong.out "$text"
}
refused 2 "wants 3 processes, one for each of 1 worker and 2 servers, and there are 2" --parallel distributed_kfac:1,clock=real
refused 1 "parallel.statistics_workers = 0 wants parallel.clock = virtual" --parallel distributed_kfac:1,clock=real,statistics_workers=0
refused 1 "parallel.inverse belongs to virtual time" --parallel distributed_kfac:1,clock=real,inverse=10
exit $failed
