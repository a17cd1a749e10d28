#!/bin/bash
# script.sh SOURCE BUILD   what `fairlead slurm` writes, without a Slurm: shellcheck is content, words are quoted, mistakes refused.
. "$1/tests/cluster/common.sh"
in_folder
need shellcheck cc
export PATH=$folder/bin:$PATH
mkdir bin

slurm() { "$build/fairlead" slurm "$@"; }

refuses() { # SENTENCE WORDS...
    sentence=$1
    shift
    slurm -o refused.sh "$@" >refused.out 2>&1
    [ $? = 2 ] || fail "not exit code 2: $*"
    says refused.out "$sentence"
    [ ! -e refused.sh ] && [ ! -e results ] || fail "something was written: $*"
    rm -rf refused.sh results
}

begin "mistakes"
refuses "give --array N or --nodes N" same.json
refuses "give --array N or --nodes N" same.json --array 2 --nodes 2
refuses "--array 3: a task takes whole arms, for the budget is a feasible one, and there are 2" same.json --array 3
refuses "cannot stand in a job script" same.json --array 2 --partition "$(printf 'low\n#SBATCH --exclusive')"
refuses "cannot stand in a job script" same.json --array 2 -- '--comment=#SBATCH'
refuses "--ranks-per-trial 2: tasks of an array are not joined; give --nodes N instead" same.json --array 2 --ranks-per-trial 2
refuses "--ranks-per-trial 3: each node has one process; with --nodes 2 name at most 2" same.json --nodes 2 --ranks-per-trial 3
by='{ "method": "asynchronous", "workers": 2, "clock": "real" }' # on a line of its own, so that its place is seen here
sed "s/\"batch_size\"/\"parallel\":\n$by,\n&/; s/\"feasible\": true/\"feasible\": false/" same.json >real.json
sed "s/\"batch_size\"/\"parallel\": [ { \"method\": \"synchronous\", \"workers\": 2 },\n  $by ],\n&/; s/\"feasible\": true/\"feasible\": false/" same.json >one_of.json
sed "s/\"schedule\"/\"parallel\":\n$by,\n&/; s/\"feasible\": true/\"feasible\": false/" same.json >arm.json
for nodes in "--array 2" "--nodes 3" "--nodes 3 --ranks-per-trial 2"; do
    # shellcheck disable=SC2086 # words
    refuses "real.json:2:1: arm 'sgd' trains on the real clock by 3 processes: give --nodes N, at least 3, with --ranks-per-trial 3" real.json $nodes
done
refuses "one_of.json:2:3: arm 'sgd" one_of.json --nodes 3
refuses "arm.json:6:1: arm 'adam' trains" arm.json --nodes 3
refuses "nowhere.so" same.json --array 2 --plugin nowhere.so
for word in --array=1-9 --arr=1-9 -a1-9 -Ha1-9; do
    refuses "'$word' after '--': give --array to 'fairlead slurm' itself, before the '--'" same.json --array 2 -- $word
done
for word in --job-name=mine --jo=mine -Jmine -J; do
    refuses "'$word' after '--': the script decides --job-name itself" same.json --array 2 -- --comment=x $word
done
refuses "'-plow' after '--': give --partition to" same.json --array 2 -- -plow
refuses "'--mem=1G' after '--': give --mem to" same.json --nodes 2 -- --mem=1G
refuses "'--no-req' after '--': the script decides --no-requeue itself" same.json --array 2 -- --no-req
for limit in 2 2:00 0:90 0:120 0:2:0 0-0:1:60; do refuses "s, and jobs save 120 s before their limit" same.json --array 2 --time $limit; done
refuses "--time 0:90 is 90 s, and" same.json --array 2 --time 0:90
for limit in soon 10: 1:2: :5 1- -5 1-2: 1-2-3 1:2:3:4 1.5 +3 '3 ' 35791395 24856-0 99999999999; do
    refuses "--time $limit is no limit that sbatch takes" same.json --array 2 --time="$limit"
done
refuses "nowhere" same.json --array 2 --prologue nowhere
printf '#!/bin/sh\necho "MaxArraySize            = 2"\n' >bin/scontrol
chmod +x bin/scontrol
refuses "--array 2: this cluster's MaxArraySize allows up to 1" same.json --array 2
rm bin/scontrol

begin "both kinds of script" # SC2016: the folder is really called $HOME
odd="odd 'name' \$HOME %j \"q\""
mkdir "$odd"
cp same.json "$odd/it.json"
echo "export TOLD=1 # a prologue" >prologue
slurm "$odd/it.json" --array 2 --at-once 1 --folder "$odd/out" --time 60 --partition low --account me --mem 2G --cpus-per-task 2 \
    --prologue prologue -o array.sh -- --comment="two words" --exclusive --mem-bind=local -qnormal -C 'a&b' >/dev/null || fail "no script"
slurm same.json --nodes 3 -o nodes.sh >/dev/null || fail "no script"
cc -shared -fPIC -I "$build/include" "$source/tests/support/own/mine.c" -o "$odd/mine.so" || fail "no plug-in"
slurm real.json --nodes 3 --ranks-per-trial 3 --time 60 --folder results/same --plugin "$odd/mine.so" -o ranks.sh >/dev/null || fail "no script"
slurm same.json --array 2 --time 60 --folder results/same --plugin "$odd/mine.so" -o own.sh >/dev/null || fail "no script"
shellcheck -e SC2016 array.sh nodes.sh ranks.sh own.sh || fail "shellcheck"
for line in '#SBATCH --array=1-2%1' '#SBATCH --comment="two words"' '#SBATCH --exclusive' '#SBATCH --mem-bind=local' '#SBATCH -qnormal' '#SBATCH --time=60' '#SBATCH --mem=2G' \
    '#SBATCH --partition=low' '#SBATCH --account=me' '#SBATCH --cpus-per-task=2' '#SBATCH --open-mode=append' '#SBATCH --requeue' \
    'export TOLD=1 # a prologue' '#SBATCH --job-name=fairlead-same'; do
    grep -qxF -e "$line" array.sh || fail "no line $line"
done
seconds=$(sed -n 's/^#SBATCH --signal=B:USR1@//p' array.sh)
[ "$seconds" -ge 90 ] || fail "a signal $seconds s before the limit: Slurm looks every 30 s"
[ -d "$odd/out/slurm" ] || fail "no folder for the logs, which Slurm does not make"

begin "limits of every form"
for limit in 0 unlimited 2:01 0:2:1 0-1 0-0:3; do
    slurm same.json --array 2 --time $limit -o limit.sh >/dev/null || fail "--time $limit is refused"
    grep -qxF -e "#SBATCH --time=$limit" limit.sh || fail "--time $limit: $(grep -e --time limit.sh)"
done

begin "a task under odd names, as Slurm starts it"
SLURM_JOB_ID=5 SLURM_ARRAY_JOB_ID=5 SLURM_ARRAY_TASK_ID=2 SLURM_CPUS_PER_TASK=1 sh array.sh >task.out 2>&1 || fail "exit code $?: $(tail -n 3 task.out)"
[ "$(cat "$odd"/out/trials.2-of-2.*.jsonl | grep -c '"arm":"adam"')" -ge 5 ] || fail "the shard's arm is not there"

# A program that is always stopped. The fourth start gives up, unless what CHANGED grows before each: another's trial, or its own.
starts() { # CODE OF THE FOURTH START, SCRIPT, TASK, CHANGED, WORDS...
    last=$1 script=$2 task=$3 changed=$4
    shift 4
    rm -f requeued "$odd"/out/slurm/*.restarts
    mkdir -p "$odd/out/checkpoints"
    for start in 1 2 3 4; do
        echo "$start" >>"$odd/out/checkpoints/$changed.checkpoint"
        SLURM_JOB_ID=5 SLURM_ARRAY_JOB_ID=5 SLURM_ARRAY_TASK_ID=$task sh "$script" "$@" >stuck.out 2>&1
        code=$?
        [ $code = "$([ $start = 4 ] && echo "$last" || echo 75)" ] || fail "$script $*, $changed: start $start: exit code $code"
    done
    rm "$odd/out/checkpoints/$changed.checkpoint"
}

begin "it gives up after three starts that brought nothing"
printf '#!/bin/sh\necho requeue "$@" >>%s/requeued\nexit 1\n' "$folder" >bin/scontrol
printf '#!/bin/sh\nexit 75\n' >bin/stopped
chmod +x bin/*
sed 's/"feasible": true/"feasible": false/' same.json >"$odd/by_index.json"
slurm "$odd/by_index.json" --array 2 --folder "$odd/out" --time 60 -o by_index.sh >/dev/null || fail "no script"
for script in array by_index; do sed "s|^fairlead=.*|fairlead=$folder/bin/stopped|" $script.sh >stuck_$script.sh; done
starts 1 stuck_array.sh 1 1-0-0
says stuck.out "3 starts in a row brought nothing new"
[ "$(cat requeued)" = "$(printf 'requeue requeue 5_1\n%.0s' 1 2 3)" ] || fail "$(cat requeued)"
starts 1 stuck_by_index.sh 1 0-3-0

begin "it goes on while trials of its own get on"
starts 75 stuck_array.sh 1 0-3-0
starts 75 stuck_by_index.sh 1 1-12-0

begin "the summary's job, too, is started again, and gives up"
starts 1 stuck_array.sh 0 no-trial summary
[ "$(cat requeued)" = "$(printf 'requeue requeue 5\n%.0s' 1 2 3)" ] || fail "$(cat requeued)"
starts 75 stuck_array.sh 0 1-0-0 summary
SLURM_JOB_ID=6 SLURM_ARRAY_JOB_ID=6 SLURM_ARRAY_TASK_ID=0 SLURM_CPUS_PER_TASK=1 sh array.sh summary >summary.out 2>&1 || fail "exit code $?"
"$build/fairlead" check "$odd/out" --complete >/dev/null || fail "the summary's job leaves something over"

begin "nodes that carry a training together, and a plug-in, are what the runs are told of, the last one's too"
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >%s/srun.words\n' "$folder" >bin/srun
printf '#!/bin/sh\necho "$@" >>%s/sbatch.words\necho 8\n' "$folder" >bin/sbatch
printf '#!/bin/sh\n[ "$1" != run ] || printf "%%s\\n" "$@" >%s/own.words\n' "$folder" >bin/stopped
chmod +x bin/*
told() { # FILE WORD VALUE: among the words of a program
    grep -qxF -e "$3" <(grep -xF -A 1 -e "$2" "$1") || fail "not told $2 $3 but $(tr '\n' ' ' <"$1")"
}
for part in "" summary; do
    SLURM_JOB_ID=8 sh ranks.sh $part >ranks.out 2>&1
    told srun.words --ranks-per-trial 3
    told srun.words --plugin "$folder/$odd/mine.so"
    sed "s|^fairlead=.*|fairlead=$folder/bin/stopped|" own.sh >stopped_own.sh
    SLURM_JOB_ID=8 SLURM_ARRAY_JOB_ID=8 SLURM_ARRAY_TASK_ID=1 sh stopped_own.sh $part >own.out 2>&1
    told own.words --plugin "$folder/$odd/mine.so"
    rm srun.words own.words
done
sh ranks.sh >ranks.out || fail "it does not submit itself"
sh nodes.sh >nodes.out || fail "it does not submit itself"
[ "$(cat sbatch.words)" = "$(printf '%s\n' "--parsable ranks.sh" "--parsable --dependency=afterany:8 ranks.sh summary" \
    "--parsable nodes.sh" "--parsable --dependency=afterany:8 --nodes=1 nodes.sh summary")" ] || fail "submitted by $(cat sbatch.words)"

ends() { # CODE OF A JOB, CODE OF ITS SRUN
    printf '#!/bin/sh\nexit %s\n' "$2" >bin/srun
    for job in nodes.sh ranks.sh "ranks.sh summary"; do
        # shellcheck disable=SC2086 # words
        SLURM_JOB_ID=7 sh $job >job.out 2>&1
        code=$?
        [ $code = "$1" ] || fail "$job: exit code $code, not $1, where srun's is $2"
    done
}

begin "whether trials are left over decides how the nodes' job ends: srun may have lost a process and be well, or not"
ends 1 0
ends 3 3
ends 75 75
cp -r "$odd/out" results/same/.. && rm -rf results/same && mv results/out results/same
ends 0 0
ends 0 3

begin "a job that makes no page has failed"
for script in array nodes; do
    page=$([ $script = array ] && echo "$odd/out" || echo results/same)/report.html
    [ -f "$page" ] || fail "there is no $page"
    rm "$page"
    mkdir "$page" # which no file takes the place of
    SLURM_JOB_ID=7 SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=0 SLURM_CPUS_PER_TASK=1 sh $script.sh summary >summary.out 2>&1 && fail "the summary of $script.sh ends well without a page"
    says summary.out "fairlead: $(realpath "$page"): cannot be written"
    rmdir "$page"
done
exit $failed
