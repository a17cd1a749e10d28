#!/bin/bash
# page.sh SOURCE BUILD   docs/cluster.md followed to the letter, as a newcomer would, each launcher to its figure.
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
PATH=$build:$PATH:/usr/sbin
need mpirun slurmctld slurmd munged sbatch srun python3
[ -e "$build/fairlead-mpi.so" ] || { echo "skipped: built without -DFAIRLEAD_MPI=ON" && exit 77; }
"$here/slurmlab" lab 4 >lab.out 2>&1 || { echo "skipped: no Slurm can be started: $(tail -n 1 lab.out)" && exit 77; }
export SLURM_CONF=$PWD/lab/slurm.conf OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export HWLOC_COMPONENTS=-gl,-opencl OMPI_MCA_pml=ob1 TMPDIR=$4

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
