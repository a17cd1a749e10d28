#!/bin/bash
# hosts.sh SOURCE BUILD   a study by mpirun over three hosts (namespaces with a network of their own): the records of one
# process, also when a cable is pulled, for a while or for good.
. "$1/tests/cluster/common.sh"
in_lab "$@"
no_figures
need mpirun.openmpi python3 pgrep ip nsenter
"$here/netlab" up 3 || { echo "skipped: no virtual network can be made" && exit 77; }
printf 'flh%d slots=1\n' 1 2 3 >hosts
export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$here/nsrsh OMPI_MCA_btl=self,vader,tcp
export OMPI_MCA_btl_tcp_if_include=eth0 OMPI_MCA_oob_tcp_if_include=eth0 OMPI_MCA_mpi_yield_when_idle=1

on_hosts() { # MPIRUN'S OPTIONS... -- RUN'S OPTIONS...
    options=()
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    timeout -k 2 $limit "$here/netlab" exec flh1 mpirun.openmpi --hostfile hosts --bind-to none "${options[@]}" -np 3 \
        "$build/fairlead" run "$@" -j 1 --progress none
}

set_pace
begin "three hosts give the records of one"
"$build/fairlead" run same.json -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
on_hosts -- same.json -o hosts3 >hosts3.out 2>&1 || fail "exit code $?: $(tail -n 5 hosts3.out)"
same once hosts3
once hosts3

begin "a cable pulled for less than the deadline"
on_hosts -- same.json -o short --silence 8 >short.out 2>&1 &
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
on_hosts --mca orte_enable_recovery 1 -- same.json -o cut --silence 2 >cut.out 2>&1 &
run=$!
wait_trials cut 1
"$here/netlab" cut flh3
wait_complete cut
wait_gone 2
end_launcher $run
same once cut
once cut
says cut.out "rank 2 on flh3 was silent for too long"
"$here/netlab" heal flh3

begin "the host of the supervisor cut off"
on_hosts --mca orte_enable_recovery 1 -- same.json -o lost --silence 2 >lost.out 2>&1 &
run=$!
wait_trials lost 1
"$here/netlab" cut flh1
wait_gone 1 2
wait_complete lost # the supervisor went on by itself
end_launcher $run
same once lost
exit $failed
