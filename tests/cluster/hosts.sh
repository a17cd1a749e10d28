#!/bin/bash
# hosts.sh SOURCE BUILD   a study by mpirun over three hosts (namespaces with a network of their own): the records of one
# process, also when a cable is pulled, for a while or for good.
set -u
source=$1 build=$2
[ "${3:-}" = inside ] || {
    folder=$(mktemp -d)
    "$source/tests/cluster/lab" "$0" "$source" "$build" inside "$folder"
    code=$?
    rm -rf "$folder"
    exit $code
}
cd "$4" || exit 2
. "$source/tests/cluster/common.sh"
need mpirun.openmpi python3 pgrep ip nsenter
[ -e "$build/fairlead-mpi.so" ] || { echo "skipped: built without -DFAIRLEAD_MPI=ON" && exit 77; }
"$here/netlab" up 3 || { echo "skipped: no virtual network can be made" && exit 77; }
printf 'flh%d slots=1\n' 1 2 3 >hosts
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 HWLOC_COMPONENTS=-gl,-opencl TMPDIR=$4
export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$here/nsrsh OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader,tcp
export OMPI_MCA_btl_tcp_if_include=eth0 OMPI_MCA_oob_tcp_if_include=eth0 OMPI_MCA_mpi_yield_when_idle=1

on_hosts() { # SECONDS MPIRUN'S OPTIONS... -- RUN'S OPTIONS...
    seconds=$1
    shift
    options=()
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    timeout -k 2 "$seconds" "$here/netlab" exec flh1 mpirun.openmpi --hostfile hosts --bind-to none "${options[@]}" -np 3 \
        "$build/fairlead" run "$@" -j 1 --progress none
}

begin "three hosts give the records of one"
"$build/fairlead" run same.json -o once -j 1 --progress none >/dev/null 2>&1 || fail "a plain run fails"
on_hosts 60 -- same.json -o hosts3 >hosts3.out 2>&1 || fail "exit code $?: $(tail -n 5 hosts3.out)"
same once hosts3
once hosts3

begin "a cable pulled for less than the deadline"
on_hosts 60 -- same.json -o short --silence 8 >short.out 2>&1 &
run=$!
wait_trials short 1
"$here/netlab" cut flh2
sleep 3
"$here/netlab" heal flh2
wait $run || fail "exit code $?: $(tail -n 5 short.out)"
! grep -q "was silent" short.out || fail "a process was given up"
same once short
once short

begin "a cable pulled for good"
on_hosts 25 --mca orte_enable_recovery 1 -- same.json -o cut --silence 2 >cut.out 2>&1 &
run=$!
wait_trials cut 1
"$here/netlab" cut flh3
wait $run # mpirun may hang at its end, for it waits for the lost host, and is killed
complete cut
same once cut
once cut
says cut.out "rank 2 on flh3 was silent for too long"
for _ in $(seq 100); do [ -z "$(rank 2)" ] && break; sleep 0.1; done
[ -z "$(rank 2)" ] || fail "the process that was cut off did not leave"
"$here/netlab" heal flh3

begin "the host of the supervisor cut off"
on_hosts 20 --mca orte_enable_recovery 1 -- same.json -o lost --silence 2 >lost.out 2>&1 &
run=$!
wait_trials lost 1
"$here/netlab" cut flh1
for _ in $(seq 100); do [ -z "$(rank 1)$(rank 2)" ] && break; sleep 0.1; done
[ -z "$(rank 1)$(rank 2)" ] || fail "agents stay without their supervisor"
wait $run
complete lost # it went on by itself
same once lost
exit $failed
