#!/bin/bash
# page.sh SOURCE BUILD   docs/cluster.md followed to the letter, as a newcomer would, each launcher to its figure.
. "$1/tests/cluster/common.sh"
in_lab "$@"
PATH=$build:$PATH
need mpirun
start_slurm

block() { # LANGUAGE NUMBER: that block of the page
    awk -v start="^\`\`\`$1\$" -v n="$2" '$0 ~ /^```/ && on { on = 0 } on { print } $0 ~ start { on = ++k == n }' \
        "$source/docs/cluster.md"
}

follow() { # NUMBER
    block sh "$1" >commands.sh
    [ -s commands.sh ] || fail "there is no block $1"
    sh -e commands.sh >commands.out 2>&1 || fail "exit code $?: $(tail -n 3 commands.out)"
}

has_figures() { # FOLDER
    complete "$1"
    same by-mpi "$1"
    ls "$1"/figures/*.dat >/dev/null 2>&1 || fail "$1 has no figure"
    [ -f "$1/report.html" ] || fail "$1 has no page"
}

block json 1 >study.json
begin "mpirun" # the first block builds what this test was given
follow 2
says commands.out "mpi                Open MPI"
follow 3
begin "Slurm"
follow 4
follow 5
for _ in $(seq 900); do
    [ -z "$(timeout 5 squeue -h 2>&1)" ] && break
    sleep 0.2
done
begin "shards"
follow 6
begin "figures"
for folder in by-mpi survives by-array by-nodes by-shards; do has_figures $folder; done
[ "$(trials by-mpi)" = 8 ] || fail "there are not eight trials"
exit $failed
