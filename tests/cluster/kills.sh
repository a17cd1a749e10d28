#!/bin/bash
# kills.sh SOURCE BUILD   SIGKILL at random moments, to mpirun, one of its processes or a worker of these, over a study that
# is begun again until it is complete, as often as FAIRLEAD_KILLS says; first with a process to a training, then with two, which
# save its state.
. "$1/tests/cluster/common.sh"
in_lab "$@"
no_figures
need mpirun.openmpi python3 pgrep
wanted=${FAIRLEAD_KILLS:-6}
RANDOM=${KILL_SEED:-$$}
echo "KILL_SEED=${KILL_SEED:-$$}"

# One run with one kill in it. Where mpirun waits for what is lost, `timeout` ends it; what then goes on without mpirun is
# killed too.
run_with_a_kill() { # STUDY OPTIONS...
    study=$1
    shift
    timeout -k 2 60 mpirun.openmpi --oversubscribe --mca orte_enable_recovery 1 -np 3 "$build/fairlead" run "$study" -o out \
        -j 1 --silence 2 --progress none --retry-failed "$@" >out.txt 2>&1 &
    sleep "$((RANDOM % 4)).$((RANDOM % 10))"
    mapfile -t victims < <(pgrep -x fairlead; pgrep -f '^mpirun.openmpi')
    [ ${#victims[@]} -gt 0 ] && kill -KILL "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null && kills=$((kills + 1))
    wait $!
    pkill -KILL -x fairlead
    while pgrep -x fairlead >/dev/null; do sleep 0.1; done
}

try() { # NAME STUDY OPTIONS...
    begin "$1"
    study=$2 kills=0 rounds=0
    shift 2
    "$build/fairlead" run "$study" -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
    while [ $kills -lt "$wanted" ] && [ $failed = 0 ]; do
        rm -rf out
        until "$build/fairlead" check out --complete >check.txt 2>&1 || [ $kills -ge "$wanted" ] || [ $failed = 1 ]; do
            run_with_a_kill "$study" "$@"
        done
        "$build/fairlead" run "$study" -o out -j 2 --retry-failed --progress none >/dev/null 2>&1 || fail "it does not go on"
        same once out
        rounds=$((rounds + 1))
    done
    rm -rf once
    echo "$kills kills over $rounds studies"
}

set_pace
sed 's|"budget"|"parallel": [ { "method": "synchronous", "workers": 4 }, { "method": "local", "workers": 2, "every": 3 } ], &|
     s/"trials": [0-9]*/"trials": 2/' same.json >groups.json
try "a process to a training" same.json
try "two processes to a training" groups.json --ranks-per-trial 2 --checkpoint-every 500
exit $failed
