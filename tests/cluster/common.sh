# What the scripts of this folder share, sourced by SCRIPT SOURCE BUILD. The script goes on in a folder of its own that is
# removed behind it, with the study that all of them run: two arms with a feasible budget, some of whose trials diverge,
# and reruns; 15 trials or so.
# shellcheck shell=bash disable=SC2034
set -u
source=$1 build=$2
here=$source/tests/cluster
failed=0
limit=120 # seconds of an mpirun: it may hang at its end when a process of it cannot be reached
held=()   # what a program is started by that is to be held

in_folder() { # a script that starts nothing that outlives it
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    cd "$folder" || exit 2
    cp "$here/same.json" .
}

in_lab() { # WORDS OF THE SCRIPT: one that does begins again inside lab
    [ "${3:-}" = inside ] || {
        folder=$(mktemp -d)
        "$here/lab" "$0" "$1" "$2" inside "$folder"
        code=$?
        rm -rf "$folder"
        exit $code
    }
    cd "$4" || exit 2
    cp "$here/same.json" .
    [ -e "$build/fairlead-mpi.so" ] || { echo "skipped: built without -DFAIRLEAD_MPI=ON" && exit 77; }
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 HWLOC_COMPONENTS=-gl,-opencl OMPI_MCA_pml=ob1 TMPDIR=$4
}

no_figures() { # for a script that looks at records alone: in its mount namespace gnuplot is no program
    drawer=$(command -v gnuplot) || return 0
    mount --bind /dev/null "$(readlink -f "$drawer")"
}

# Every process in that role ("worker", or "supervisor" of a trial without workers) waits at its call number N of a kind
# until it is let go, or handles a signal (tests/robustness/faults/fault.c): so it is met in the middle of what it does, and a
# fast machine is not over it. A worker's writes are a line when it is ready, then one for each outcome; a rename ends a
# checkpoint; a send is a message to those it carries a training with.
hold() { # KIND N ROLE
    rm -f go
    : >met
    held=(env "LD_PRELOAD=$build/tests/robustness/faults/libfault.so" ASAN_OPTIONS=verify_asan_link_order=0
        "FAULT_KIND=$1" "FAULT_AT=$2" "FAULT_IN=${3:-worker}" "FAULT_MET=$PWD/met" "FAULT_HOLD=$PWD/go")
}

let_go() { # and hold nobody who is started from now on
    touch go
    held=()
}

wait_met() { # WHAT N: until so many processes were "held" or "signalled", each counted once
    for _ in $(seq 6000); do
        [ "$(grep -c "^$1 " met)" -lt "$2" ] || return 0
        sleep 0.02
    done
    fail "not $2 processes were $1"
}

# Trials of some .15 s each, so that a signal sent while they run still meets them: how many steps depends on the machine.
set_pace() {
    probed=60000 begun=$(date +%s%N)
    "$build/fairlead" trial --workload quadratic/noisy --backend naive --batch 16 --optimizer sgd --set learning_rate=1e-3 \
        --steps $probed --eval-every 0 >/dev/null || exit 2
    third=$((probed * 150000000 / ($(date +%s%N) - begun) / 3))
    sed -i "s/\"steps\": [0-9]*/\"steps\": $((3 * third))/; s/\"eval_every\": [0-9]*/\"eval_every\": $third/" same.json
}

start_slurm() { # four nodes
    PATH=$PATH:/usr/sbin
    need slurmctld slurmd munged sbatch srun python3
    "$here/slurmlab" lab 4 >lab.out 2>&1 || { echo "skipped: no Slurm can be started: $(tail -n 1 lab.out)" && exit 77; }
    export SLURM_CONF=$PWD/lab/slurm.conf
}

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

wait_complete() { # FOLDER: for a run whose launcher may never end, because it waits for what was lost
    for _ in $(seq 600); do
        "$build/fairlead" check "$1" --complete >check.txt 2>&1 && return
        sleep 0.1
    done
    fail "$1 never was complete: $(cat check.txt)"
}

end_launcher() { # MPIRUN'S SHELL: `timeout`, the only one here, passes it on
    pkill -x timeout
    wait "$1"
}

wait_gone() { # RANK...: until these processes have left
    for _ in $(seq 300); do
        left=$(for rank in "$@"; do rank "$rank"; done)
        [ -z "$left" ] && return
        sleep 0.1
    done
    fail "the processes of rank $* stay"
}

wait_trials() { # FOLDER N
    for _ in $(seq 1200); do
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

together() { # PROCESSES ARGUMENTS OF fairlead...
    processes=$1
    shift
    timeout -k 2 $limit mpirun.openmpi --oversubscribe -np "$processes" "${held[@]}" "$build/fairlead" "$@"
}

value() { # FILE PYTHON: of the record `r`
    python3 -c "import json; r = json.load(open('$1')); print($2)" 2>/dev/null || echo "$1 is no record"
}
