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
    timeout -k 2 $limit mpirun.openmpi --oversubscribe "${options[@]}" -np "$processes" "${held[@]}" "$build/fairlead" run "$@" -j 1 \
        --progress none
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

# All of them carried by several.
sed 's/"steps": 300, "eval_every": 100/"steps": 200, "eval_every": 100/; s/{ "method": "synchronous", "workers": 1 }, //
     s/"trials": 2/"trials": 1/; s/"every": 3 }.*/"every": 3 } ],/; s/"max": 1,/"max": 0.01,/' groups.json >shorter.json
"$build/fairlead" run shorter.json -o short -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"

# Without checkpoints the trial is given anew, from its beginning: its workers are met at their hundredth message.
begin "a worker that is killed"
hold send 100
by 2 -- shorter.json -o worker --ranks-per-trial 2 >worker.out 2>&1 &
mpirun=$!
wait_met held 1
kill -KILL "$(worker 1)"
let_go
wait $mpirun || fail "exit code $?: $(grep -a fairlead: worker.out)"
same short worker
once worker

begin "a worker that hangs"
hold send 100
by 2 -- shorter.json -o hangs --ranks-per-trial 2 --silence 2 >hangs.out 2>&1 &
mpirun=$!
wait_met held 1
kill -STOP "$(worker 0)"
let_go
wait $mpirun || fail "exit code $?: $(grep -a fairlead: hangs.out)"
same short hangs
once hangs

begin "a process that is killed"
hold send 100
by 3 --mca orte_enable_recovery 1 -- shorter.json -o killed --ranks-per-trial 3 --silence 2 >killed.out 2>&1 &
mpirun=$!
wait_met held 1
kill -KILL "$(rank 2)"
let_go
wait $mpirun
grep -a fairlead: killed.out
complete killed
same short killed
once killed
says killed.out "was silent for too long"

wait_checkpoint() { # FOLDER: until the supervisor has one
    for _ in $(seq 3000); do
        [ -z "$(find "$1/checkpoints" -name '*.checkpoint' 2>/dev/null)" ] || return 0
        sleep 0.02
    done
    fail "$1 never held a checkpoint"
}

goes_on() { # FOLDER: what is in FOLDER.out was of a training that went on, and is whole
    says "$1.out" "the trial goes on from step"
    same short "$1"
    once "$1"
    [ ! -e "$1/checkpoints" ] || fail "a checkpoint is left"
}

kill_mpirun() { # FOLDER: of a run by two that leaves its first checkpoint and waits before the second
    hold rename 2
    setsid mpirun.openmpi --oversubscribe -np 2 "${held[@]}" "$build/fairlead" run shorter.json -o "$1" --ranks-per-trial 2 \
        --checkpoint-every 50 -j 1 --progress none >"$1.out" 2>&1 &
    mpirun=$!
    wait_met held 1
    kill -KILL $mpirun
    disown $mpirun
    wait_gone 0 1
    let_go
}

begin "mpirun is killed, and the next one goes on from the checkpoint"
kill_mpirun again
by 2 -- shorter.json -o again --ranks-per-trial 2 --checkpoint-every 50 >again.out 2>&1 || fail "exit code $?: $(grep -a fairlead: again.out)"
goes_on again

begin "and so does one process"
kill_mpirun alone
"$build/fairlead" run shorter.json -o alone -j 1 --checkpoint-every 50 --progress none >alone.out 2>&1 || fail "exit code $?"
goes_on alone

kill_a_worker() { # FOLDER RANK PROCESSES RUN'S OPTIONS...: one of that process, in a run that has a checkpoint
    folder=$1 victim=$2 processes=$3
    shift 3
    hold rename 2
    by "$processes" -- shorter.json -o "$folder" --ranks-per-trial 2 --checkpoint-every 50 "$@" >"$folder.out" 2>&1 &
    mpirun=$!
    wait_met held 1
    wait_checkpoint "$folder" # which may have to travel there
    kill -KILL "$(worker "$victim")"
    let_go
    wait $mpirun || fail "exit code $?: $(grep -a fairlead: "$folder.out")"
    goes_on "$folder"
}

begin "a worker of either process is killed, and the trial goes on from the checkpoint"
kill_a_worker first 0 2
kill_a_worker second 1 2

begin "the checkpoint of a process that is no supervisor travels there, and back"
kill_a_worker travels 2 3 --dedicated

tell() { # PROCESS: one whose worker waits until that has been told as well, so that no training is over by then
    kill -USR1 "$1"
    wait_met signalled 1
    let_go
}

# Beside what it has saved every so often there is its last word, which may come too late to the supervisor.
begin "one process is told to leave: the trial goes on without it"
hold send 100
by 3 -- shorter.json -o leaves --ranks-per-trial 2 --dedicated --checkpoint-every 5 >leaves.out 2>&1 &
mpirun=$!
wait_met held 1
wait_checkpoint leaves
tell "$(ps -o ppid= -p "$(sed -n 's/^held //p' met | head -n 1)")"
wait $mpirun || fail "exit code $?: $(grep -a fairlead: leaves.out)"
goes_on leaves

begin "told to save and stop, all save together"
hold send 100
by 3 -- shorter.json -o told --ranks-per-trial 2 --dedicated --checkpoint-every 1000000 >told.out 2>&1 &
mpirun=$!
wait_met held 1
tell "$(rank 0)"
wait $mpirun
[ $? = 75 ] || fail "not exit code 75: $(tail -n 3 told.out)"
[ -n "$(find told/checkpoints -name '*.checkpoint')" ] || fail "no state was saved"
by 2 -- shorter.json -o told --ranks-per-trial 2 --checkpoint-every 1000000 >told.out 2>&1 || fail "exit code $?: $(tail -n 3 told.out)"
goes_on told
exit $failed
