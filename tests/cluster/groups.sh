#!/bin/bash
# groups.sh SOURCE BUILD   a study whose trainings several processes of mpirun carry (--ranks-per-trial): the records of
# one process, also when a worker, a whole process or mpirun dies or hangs, which costs a training that saves its state
# little of it.
. "$1/tests/cluster/common.sh"
in_lab "$@"
no_figures
need mpirun.openmpi python3 pgrep

cat >groups.json <<'J'
{ "study": "groups", "workload": "quadratic/noisy", "backend": "naive", "batch_size": 16,
  "parallel": [ { "method": "synchronous", "workers": 1 }, { "method": "synchronous", "workers": 4 },
                { "method": "local", "workers": 2, "every": 3 }, { "method": "asynchronous", "workers": 3 } ],
  "budget": { "trials": 2, "steps": 300, "eval_every": 100, "feasible": true }, "seeds": { "rerun_best": 1 },
  "arms": [ { "arm": "sgd", "optimizer": "sgd",
              "space": { "learning_rate": { "min": 1e-3, "max": 1, "scaling": "log" } } } ] }
J

by() { # PROCESSES MPIRUN'S OPTIONS... -- RUN'S OPTIONS...
    processes=$1 options=()
    shift
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    timeout -k 2 $limit mpirun.openmpi --oversubscribe "${options[@]}" -np "$processes" "$build/fairlead" run "$@" -j 1 --progress none
}

carried() { # FOLDER: by how many processes the trainings of each method were, all of them
    python3 - "$1" <<'P'
import glob, json, sys
seen = set()
for path in glob.glob(sys.argv[1] + "/trials*.jsonl"):
    for line in open(path):
        r = json.loads(line)
        seen.add((r.get("parallel", {}).get("method", "none"), r.get("carriers", {}).get("processes", 1)))
print(*sorted(f"{method}:{n}" for method, n in seen))
P
}

worker() { # RANK: a worker of that process
    for process in $(pgrep -x fairlead -P "$(rank "$1")"); do echo "$process" && return; done
}

begin "three processes that carry trainings together give the records of one"
"$build/fairlead" run groups.json -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
by 3 -- groups.json -o three --ranks-per-trial 3 >three.out 2>&1 || fail "exit code $?: $(grep -a fairlead: three.out)"
same once three
once three
complete three
[ "$(carried three)" = "asynchronous:1 local:2 none:1 synchronous:3" ] || fail "carried by $(carried three)"

begin "groups beside each other, of a supervisor that only supervises"
by 5 -- groups.json -o pairs --ranks-per-trial 2 --dedicated >pairs.out 2>&1 || fail "exit code $?: $(grep -a fairlead: pairs.out)"
same once pairs
once pairs
[ "$(carried pairs)" = "asynchronous:1 local:2 none:1 synchronous:2" ] || fail "carried by $(carried pairs)"

begin "mistakes"
"$build/fairlead" run groups.json -o wrong --ranks-per-trial 2 >wrong.out 2>&1 && fail "one process alone is not refused"
says wrong.out "--ranks-per-trial 2: 1 process trains here"
by 3 -- groups.json -o wrong --ranks-per-trial 2 --mixed >wrong.out 2>&1 && fail "--mixed is not refused"
says wrong.out "leave out --mixed"
[ ! -e wrong ] || fail "something was written"

# Long enough to be met while they run, and all of them carried by several.
sed 's/"steps": 300, "eval_every": 100/"steps": 400, "eval_every": 200/; s/{ "method": "synchronous", "workers": 1 }, //
     s/"every": 3 }.*/"every": 3 } ],/' groups.json >longer.json
"$build/fairlead" run longer.json -o long -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"

begin "a worker that is killed, and one that hangs"
by 2 -- longer.json -o worker --ranks-per-trial 2 --silence 2 >worker.out 2>&1 &
mpirun=$!
wait_trials worker 1
sleep 0.3 # its workers have met
kill -KILL "$(worker 1)"
wait_trials worker 3 # the killed one has been done again, and perhaps one that diverged at once
sleep 0.3
kill -STOP "$(worker 0)"
wait $mpirun || fail "exit code $?: $(grep -a fairlead: worker.out)"
same long worker
once worker

begin "a process that is killed"
by 3 --mca orte_enable_recovery 1 -- longer.json -o killed --ranks-per-trial 3 --silence 2 >killed.out 2>&1 &
wait_trials killed 1
kill -KILL "$(rank 2)"
wait $!
grep -a fairlead: killed.out
complete killed
same long killed
once killed
says killed.out "was silent for too long"

# A training of either method, long enough that there are checkpoints of it while it runs.
sed 's/"steps": 400, "eval_every": 200/"steps": 2000, "eval_every": 1000/; s/"trials": 2/"trials": 1/; s/"max": 1,/"max": 0.01,/
     s/ "seeds": { "rerun_best": 1 },//' longer.json >saves.json
"$build/fairlead" run saves.json -o whole -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"

wait_checkpoint() { # FOLDER: until the supervisor has one
    for _ in $(seq 1200); do
        [ -z "$(find "$1/checkpoints" -name '*.checkpoint' 2>/dev/null)" ] || return 0
        sleep 0.02
    done
    fail "$1 never held a checkpoint"
}

goes_on() { # FOLDER: what is in FOLDER.out was of a training that went on, and is whole
    says "$1.out" "the trial goes on from step"
    same whole "$1"
    once "$1"
    [ ! -e "$1/checkpoints" ] || fail "a checkpoint is left"
}

kill_mpirun() { # FOLDER: of a run by two that leaves a checkpoint
    for _ in $(seq 8); do # none where the training of the one that was seen is over by then
        rm -rf "$1"
        setsid mpirun.openmpi --oversubscribe -np 2 "$build/fairlead" run saves.json -o "$1" --ranks-per-trial 2 --checkpoint-every 50 \
            -j 1 --progress none >"$1.out" 2>&1 &
        mpirun=$!
        wait_checkpoint "$1"
        kill -KILL $mpirun
        disown $mpirun
        wait_gone 0 1
        [ -z "$(find "$1/checkpoints" -name '*.checkpoint' 2>/dev/null)" ] || return 0
    done
}

begin "mpirun is killed, and the next one goes on from the checkpoint"
kill_mpirun again
by 2 -- saves.json -o again --ranks-per-trial 2 --checkpoint-every 50 >again.out 2>&1 || fail "exit code $?: $(grep -a fairlead: again.out)"
goes_on again

begin "and so does one process"
kill_mpirun alone
"$build/fairlead" run saves.json -o alone -j 1 --checkpoint-every 50 --progress none >alone.out 2>&1 || fail "exit code $?"
goes_on alone

kill_a_worker() { # FOLDER RANK PROCESSES RUN'S OPTIONS...: one of that process, in a run that has a checkpoint
    folder=$1 victim=$2 processes=$3
    shift 3
    for _ in $(seq 8); do # the training of that checkpoint may be over by then: that shows nothing
        rm -rf "$folder"
        by "$processes" -- saves.json -o "$folder" --ranks-per-trial 2 --checkpoint-every 50 "$@" >"$folder.out" 2>&1 &
        mpirun=$!
        wait_checkpoint "$folder"
        kill -KILL "$(worker "$victim")" 2>/dev/null
        wait $mpirun || fail "exit code $?: $(grep -a fairlead: "$folder.out")"
        grep -q "the trial goes on from step" "$folder.out" && break
    done
    goes_on "$folder"
}

begin "a worker of either process is killed, and the trial goes on from the checkpoint"
kill_a_worker first 0 2
kill_a_worker second 1 2

begin "the checkpoint of a process that is no supervisor travels there, and back"
kill_a_worker travels 2 3 --dedicated

# Beside what it has saved every so often there is its last word, which may come too late to the supervisor.
begin "one process is told to leave: the trial goes on without it"
for _ in $(seq 8); do
    rm -rf leaves
    by 3 -- saves.json -o leaves --ranks-per-trial 2 --dedicated --checkpoint-every 50 >leaves.out 2>&1 &
    mpirun=$!
    wait_checkpoint leaves
    kill -USR1 "$(rank 2)" 2>/dev/null
    wait $mpirun || fail "exit code $?: $(grep -a fairlead: leaves.out)"
    grep -q "the trial goes on from step" leaves.out && break
done
goes_on leaves

# Between two trials there is nothing to save: then it is told again.
begin "told to save and stop, all save together"
for already in 0 1; do
    by 3 -- saves.json -o told --ranks-per-trial 2 --dedicated --checkpoint-every 1000000 >told.out 2>&1 &
    mpirun=$!
    wait_trials told $already
    sleep 0.7 # its workers have met
    kill -USR1 "$(rank 0)"
    wait $mpirun
    [ $? = 75 ] || fail "not exit code 75: $(tail -n 3 told.out)"
    [ -z "$(find told/checkpoints -name '*.checkpoint')" ] || break
done
by 2 -- saves.json -o told --ranks-per-trial 2 --checkpoint-every 1000000 >told.out 2>&1 || fail "exit code $?: $(tail -n 3 told.out)"
goes_on told
exit $failed
