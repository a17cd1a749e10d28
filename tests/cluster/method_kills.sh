#!/bin/bash
# method_kills.sh SOURCE BUILD   FAIRLEAD_KILLS (default 14) kills over the methods in turn, one in three at a random moment, the others
# at a random message between those that train: a worker or a process of an mpirun whose trainings several processes carry. The records are those of one process; on the real clock every trial is
# there. With FAIRLEAD_KILLS_DONE naming a file, a count kept there, it goes on from where an earlier part ended.
# Runs itself inside lab, so that no process outlives it.
. "$1/tests/cluster/common.sh"
in_lab "$@"
no_figures
need mpirun.openmpi python3 pgrep
methods=(synchronous:4 local:4,every=3 pipeline:2 tensor:2 one_weird_trick:2 asynchronous:2,clock=real distributed_kfac:1,clock=real)
kept=${FAIRLEAD_KILLS_DONE:-$PWD/done}
done=$(cat "$kept" 2>/dev/null || echo 0)

study() { # METHOD: two trials that several processes carry, as a study of its number
    python3 - "$1" <<'P'
import json, sys
name, rest = sys.argv[1].split(":")
workers, *more = rest.split(",")
numbers = dict(pair.split("=") for pair in more)
kfac = name == "distributed_kfac"
parallel = {"method": name, "workers": int(workers), **{key: int(value) if value.isdigit() else value for key, value in numbers.items()}}
arm = {"arm": name, "optimizer": "kfac" if kfac else "momentum", "parallel": parallel,
       "space": {"learning_rate": {"min": 1e-3, "max": 1e-2, "scaling": "log"}}}
layers = [{"kind": "convolution", "out": 3, "kernel": 14, "stride": 14}, {"kind": "flatten"}, {"kind": "dense", "out": 16},
          {"kind": "relu"}, {"kind": "dense", "out": 12}, {"kind": "relu"}, {"kind": "dense", "out": 10}]
model = {"workload": "small", "data": "glyphs", "layers": layers, "loss": {"kind": "softmax_cross_entropy"}}
study = {"study": name, "workload": model, "backend": "naive", "batch_size": 24, "budget": {"trials": 2, "steps": 60, "eval_every": 20},
         "seeds": {"rerun_best": 1}, "arms": [arm]}
if name == "pipeline": study["micro_batch"] = 4
json.dump(study, open(name + ".json", "w"))
print(name)
P
}

by_groups() { # NAME FOLDER
    timeout -k 2 $limit mpirun.openmpi --oversubscribe --mca orte_enable_recovery 1 -np 4 "${held[@]}" "$build/fairlead" run "$1.json" -o "$2" -j 1 \
        --ranks-per-trial 3 --silence 3 --checkpoint-every 5 --progress none
}

victim() { # a process of the run, never the supervisor, or a worker of any
    rank=$((RANDOM % 4))
    parent=$(rank $rank)
    [ -n "$parent" ] || return
    workers=$(pgrep -P "$parent")
    if [ $rank = 0 ] || [ $((RANDOM % 2)) = 0 ]; then echo "$workers" | head -n 1; else echo "$parent"; fi
}

moment() { # comes
    if [ ${#held[@]} -gt 0 ]; then
        wait_met held 1
    else
        for _ in $(seq 300); do [ -z "$(rank 3)" ] || break && sleep 0.02; done
        sleep 0.$((RANDOM % 10))$((RANDOM % 10))
    fi
}

kill_one() { # METHOD: true, if somebody was there to be killed
    name=$(study "$1")
    [ -d "once-$name" ] || [[ $1 == *clock=real* ]] || "$build/fairlead" run "$name.json" -o "once-$name" -j 2 --progress none >/dev/null 2>&1
    rm -rf killed
    [ $((RANDOM % 3)) = 0 ] || hold send $((1 + RANDOM % 60))
    by_groups "$name" killed >killed.out 2>&1 &
    run=$!
    moment
    target=$(victim)
    [ -n "$target" ] && kill -KILL "$target" 2>/dev/null
    was_there=$?
    let_go
    until ! kill -0 $run 2>/dev/null || "$build/fairlead" check killed --complete >check.txt 2>&1; do sleep 0.2; done
    end_launcher $run # it may wait for the killed one, or have ended everybody
    "$build/fairlead" check killed --complete >check.txt 2>&1 || by_groups "$name" killed >again.out 2>&1
    complete killed
    once killed
    [[ $1 == *clock=real* ]] || same "once-$name" killed
    return $was_there
}

while [ "$done" -lt "${FAIRLEAD_KILLS:-14}" ] && [ $failed = 0 ]; do
    method=${methods[$((done % ${#methods[@]}))]}
    begin "kill $((done + 1)), of $method"
    kill_one "$method" && done=$((done + 1))
    [ $failed = 1 ] || echo $done >"$kept"
done
[ "$done" -gt 0 ] || fail "nobody was killed"
exit $failed
