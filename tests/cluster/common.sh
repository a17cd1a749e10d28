# What the scripts of this folder share; sourced, with $source and $build set and the working directory a scratch folder.
# shellcheck shell=bash disable=SC2154
here=$source/tests/cluster
failed=0

need() { # PROGRAM...
    for program in "$@"; do
        command -v "$program" >/dev/null || { echo "skipped: there is no $program" && exit 77; }
    done
}

begin() { # NAME OF A TEST
    echo "--- $1 ($(date +%T))"
    name=$1
}

fail() {
    echo "FAILED: $name: $*"
    failed=1
}

same() { # FOLDER FOLDER: one set of records, and something in it
    "$here/digest.py" "$1" >a.txt
    "$here/digest.py" "$2" >b.txt
    [ -s a.txt ] || fail "$1 is empty"
    cmp -s a.txt b.txt || fail "$1 and $2 differ: $(diff a.txt b.txt | head -n 3 | cut -c1-300)"
}

complete() { # FOLDER
    "$build/fairlead" check "$1" --complete >check.txt || fail "$1: $(cat check.txt)"
}

once() { # FOLDER: each slot recorded once, nothing was run twice
    twice=$(cat "$1"/trials*.jsonl | grep -oE '"arm":"[^"]*","index":[0-9]+,"repeat":[0-9]+' | sort | uniq -d)
    [ -z "$twice" ] || fail "$1 holds twice: $twice"
}

says() { # FILE TEXT
    grep -qF -e "$2" "$1" || fail "$1 does not say '$2': $(tail -n 3 "$1")"
}

trials() { # FOLDER: how many are recorded
    cat "$1"/trials*.jsonl 2>/dev/null | wc -l
}

wait_trials() { # FOLDER N
    for _ in $(seq 600); do
        [ "$(trials "$1")" -lt "$2" ] || return 0
        sleep 0.05
    done
    fail "$1 never held $2 trials"
}

rank() { # NUMBER OF THE RANK: its process
    for process in $(pgrep -x fairlead); do
        { tr '\0' '\n' <"/proc/$process/environ"; } 2>/dev/null | grep -qx "OMPI_COMM_WORLD_RANK=$1" && echo "$process" && return
    done
}

# Two arms with a feasible budget, some of whose trials diverge, and reruns: 15 trials or so.
cat >same.json <<'J'
{ "study": "same", "workload": "quadratic/noisy", "backend": "naive", "batch_size": 16,
  "budget": { "trials": 5, "steps": 12000, "eval_every": 4000, "feasible": true }, "seeds": { "rerun_best": 2 },
  "arms": [ { "arm": "sgd", "optimizer": "sgd",
              "space": { "learning_rate": { "min": 1e-3, "max": 1, "scaling": "log" } } },
            { "arm": "adam", "optimizer": "adam", "schedule": "linear",
              "space": { "learning_rate/epsilon": { "min": 1e-2, "max": 1e7, "scaling": "log" },
                         "epsilon": { "min": 1e-10, "max": 1e10, "scaling": "log" } } } ] }
J
