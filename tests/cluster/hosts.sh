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
        "${held[@]}" "$build/fairlead" run "$@" -j 1 --progress none
}

# Each worker is met with its second trial, which it would have ended next.
start() { # FOLDER MPIRUN'S OPTIONS... -- RUN'S OPTIONS...
    out=$1
    shift
    hold write 3
    on_hosts "$@" -o "$out" >"$out.out" 2>&1 &
    run=$!
    wait_met held 3
}

begin "three hosts give the records of one"
"$build/fairlead" run same.json -o once -j 2 --progress none >/dev/null 2>&1 || fail "a plain run fails"
on_hosts -- same.json -o hosts3 >hosts3.out 2>&1 || fail "exit code $?: $(tail -n 5 hosts3.out)"
same once hosts3
once hosts3

begin "a record names the hosts that carried its workers"
timeout -k 2 $limit "$here/netlab" exec flh1 mpirun.openmpi --hostfile hosts --bind-to none -np 3 "$build/fairlead" trial \
    --workload quadratic/noisy --optimizer sgd --set learning_rate=1e-3 --backend naive --batch 12 --steps 3 \
    --parallel synchronous:4 --json >named.json 2>named.err || fail "exit code $?: $(tail -n 3 named.err)"
[ "$(value named.json "*r['carriers']['hosts']")" = "flh1 flh2 flh3" ] || fail "not named: $(value named.json "r['carriers']")"

# By what Fairlead sets a piece would go as it is; other settings, and MPICH, ask for it first, and it comes while the
# receiver waits for it or, as here, does not.
begin "what comes slowly holds up nobody"
nsenter --net=/run/netns/flh2 tc qdisc add dev eth0 root tbf rate 20mbit burst 32k latency 50ms
timeout -k 2 $limit "$here/netlab" exec flh1 mpirun.openmpi --mca btl_tcp_eager_limit 65536 --hostfile hosts --bind-to none \
    -np 3 "$build/tests/cluster_slow" "$build/fairlead-mpi.so" >slow.out 2>&1 || fail "exit code $?: $(cat slow.out)"
[ "$(grep -oE '^[0-9]+' slow.out)" -ge 40 ] || fail "few messages beside a slow one: $(cat slow.out)"
nsenter --net=/run/netns/flh2 tc qdisc del dev eth0 root

begin "a cable pulled for less than the deadline"
start short -- same.json --silence 8
"$here/netlab" cut flh2
sleep 2 # silence, which everybody breaks every second
"$here/netlab" heal flh2
let_go
wait $run || fail "exit code $?: $(tail -n 5 short.out)"
! grep -q "was silent" short.out || fail "a process was given up"
same once short
once short

begin "a cable pulled for good"
start cut --mca orte_enable_recovery 1 -- same.json --silence 2
"$here/netlab" cut flh3
let_go
wait_complete cut
wait_gone 2
end_launcher $run
same once cut
once cut
says cut.out "rank 2 on flh3 was silent for too long"
"$here/netlab" heal flh3

begin "the host of the supervisor cut off"
start lost --mca orte_enable_recovery 1 -- same.json --silence 2
"$here/netlab" cut flh1
let_go
wait_gone 1 2
wait_complete lost # the supervisor went on by itself
end_launcher $run
same once lost
exit $failed
