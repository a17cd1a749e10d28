#!/bin/bash
# faults.sh SOURCE BUILD   what happens to a study by mpirun where a process is slow, stopped for a while, an hour off, out of disk
# or memory, or asked to end while it sends checkpoints: the records of one process, or a failed one with its reason.
# Runs itself inside lab, so that no process outlives it.
. "$1/tests/cluster/common.sh"
in_lab "$@"
no_figures
need mpirun.openmpi python3 pgrep prlimit

by_three() { # WHAT THE SECOND DOES FIRST, RUN'S OPTIONS...
    second=$1
    shift
    timeout -k 2 $limit mpirun.openmpi --oversubscribe --mca orte_enable_recovery 1 \
        -np 1 "${held[@]}" "$build/fairlead" run "$@" -j 1 --progress none : \
        -np 1 "${held[@]}" sh -c "$second; exec \"\$0\" \"\$@\"" "$build/fairlead" run "$@" -j 1 : \
        -np 1 "${held[@]}" "$build/fairlead" run "$@" -j 1
}

of_rank() { # RANK: its process and its workers
    process=$(rank "$1")
    [ -z "$process" ] || echo "$process" $(pgrep -P "$process")
}

set_pace
"$build/fairlead" run same.json -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"

begin "a slow host: stopped most of the time, and always for less than the deadline"
by_three : same.json -o slow --silence 6 >slow.out 2>&1 &
run=$!
wait_trials slow 1
while kill -0 $run 2>/dev/null; do
    all=$(of_rank 1)
    [ -z "$all" ] || kill -STOP $all 2>/dev/null
    sleep 0.6
    [ -z "$all" ] || kill -CONT $all 2>/dev/null
    sleep 0.2
done
wait $run || fail "exit code $?: $(tail -n 3 slow.out)"
! grep -q "was silent" slow.out || fail "it was given up"
same once slow
once slow

begin "a clock that is an hour off"
cat >hour.c <<'C'
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *to)
{
    int trouble = (int)syscall(SYS_clock_gettime, clock, to);
    if (!trouble && clock == CLOCK_REALTIME) to->tv_sec += 3600;
    return trouble;
}
time_t time(time_t *to)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
C
if cc -shared -fPIC -o hour.so hour.c 2>/dev/null; then
    LD_PRELOAD=$PWD/hour.so date +%s >off.txt
    [ $(($(cat off.txt) - $(date +%s))) -gt 3500 ] || fail "the clock is not off"
    by_three "export LD_PRELOAD=$PWD/hour.so" same.json -o hour >hour.out 2>&1 || fail "exit code $?: $(tail -n 3 hour.out)"
    ! grep -q "was silent\|differs in" hour.out || fail "it was left out: $(tail -n 3 hour.out)"
    same once hour
    once hour
else
    echo "skipped: there is no cc to put a clock off"
fi

begin "a full disk as a host's scratch"
mkdir full
mount -t tmpfs -o size=16k scratch full
by_three "export TMPDIR=$PWD/full; head -c 12k /dev/zero >full/filler" same.json -o disk --checkpoint-every 10 >disk.out 2>&1 ||
    fail "exit code $?: $(tail -n 3 disk.out)"
umount full
says disk.out "No space left on device; the trial goes on without a checkpoint"
same once disk
once disk

begin "asked to end while it sends checkpoints"
by_three : same.json -o term --checkpoint-every 200 --silence 3 >term.out 2>&1 &
run=$!
wait_trials term 2
kill -TERM "$(rank 1)"
wait_complete term
wait_gone 1
wait $run
same once term
once term

begin "asked to end while the processes of a training send their states"
sed 's|"budget"|"parallel": [ { "method": "synchronous", "workers": 4 }, { "method": "local", "workers": 2, "every": 3 } ], &|
     s/"trials": [0-9]*/"trials": 1/; s/"rerun_best": 2/"rerun_best": 1/; s/"steps": [0-9]*/"steps": 200/; s/"eval_every": [0-9]*/"eval_every": 100/' same.json >pairs.json
"$build/fairlead" run pairs.json -o apart -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
hold send 200
by_three : pairs.json -o pairs --ranks-per-trial 2 --checkpoint-every 5 --silence 3 >pairs.out 2>&1 &
run=$!
wait_met held 1
kill -TERM "$(rank 1)"
let_go
wait_complete pairs
wait_gone 1
wait $run
same apart pairs
once pairs

# Each worker of process 1 may have no more memory than it has, so that its next trial is its last.
begin "no memory on a host: a trial is done again, or recorded failed with the reason"
by_three : same.json -o memory >memory.out 2>&1 &
run=$!
wait_trials memory 1
while kill -0 $run 2>/dev/null; do
    for worker in $(of_rank 1 | cut -d ' ' -f 2-); do prlimit --pid "$worker" --as=1048576 2>/dev/null; done
    sleep 0.1
done
wait $run
complete memory
once memory
python3 - <<'P' || fail "$(tail -n 3 memory.out)"
import glob, json, sys
records = [json.loads(line) for path in glob.glob("memory/trials*.jsonl") for line in open(path)]
failed = [r["reason"] for r in records if r["status"] == "failed"]
print(len(failed), "failed:", *set(failed))
sys.exit(not (failed and all("memory" in reason for reason in failed)))
P
exit $failed
