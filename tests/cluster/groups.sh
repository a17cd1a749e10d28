#!/bin/bash
# groups.sh SOURCE BUILD   a study whose trainings several processes of mpirun carry (--ranks-per-trial): the records of
# one process, also when a worker or a whole process dies or hangs.
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
exit $failed
