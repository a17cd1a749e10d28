#!/bin/bash
# launchers.sh SOURCE BUILD   what page.sh leaves of docs/cluster.md: trainings by several processes, and job scripts of other
# systems than Slurm, all followed to the letter with a real mpirun; `module` alone is a stand-in. Every option the page names exists.
. "$1/tests/cluster/common.sh"
in_lab "$@"
PATH=$PWD/bin:$build:$PATH
need mpirun
no_figures
page=$source/docs/cluster.md
mkdir bin

write_blocks() { # LANGUAGE: each block in a file of its own, LANGUAGE.1 and so on, or the one it names
    awk -v language="$1" '/^```/ && on { on = 0; next } on { print >file }
        $1 == "```" language { on = 1; file = $2 ? $2 : language "." ++n; printf "" >file }' "$page"
}

follow() { # FILE
    bash -e "$1" >"$1.out" 2>&1 || fail "$1: exit code $?: $(tail -n 3 "$1.out")"
}

lines() { # of the page: a command of a block, a paragraph
    awk '/^```/ { inside = !inside; print ""; next } !inside && /^$/ { print ""; next } !inside { printf "%s ", $0; next }
        sub(/\\$/, "") { printf "%s", $0; next } { print }' "$page"
}

calls() { # VERB OPTION, of every call of the program
    lines | grep -oE 'fairlead [a-z]+ [^`#|]*' | sed 's/ -- .*//' | while read -r _ verb words; do
        for word in $words; do case "$word" in --*) echo "$verb ${word%%=*}" ;; esac; done
    done | sort -u
}

# shellcheck disable=SC2016 # backquotes are meant
alone() { # the options that are spoken of by themselves
    lines | grep -oE '`--[a-z-]+' | tr -d '`' | sort -u
}

of_others=" --mca --mpi --signal " # options of mpirun and sbatch that the page speaks of

begin "options"
calls >calls.txt
alone >alone.txt
if [ "$(wc -l <calls.txt)" -lt 15 ] || [ "$(wc -l <alone.txt)" -lt 12 ]; then fail "options are not found: $(cat calls.txt alone.txt)"; fi
for verb in run trial slurm check; do fairlead $verb --help >"$verb.help"; done
while read -r verb option; do
    grep -qE -e " $option( |\$)" "$verb.help" || fail "fairlead $verb has no $option"
done <calls.txt
while read -r option; do
    cat ./*.help | grep -qE -e " $option( |\$)" || [ "${of_others#* "$option" }" != "$of_others" ] || fail "nothing has $option"
done <alone.txt

write_blocks json
write_blocks bash
mv json.1 study.json
mv json.2 kfac_real.json
[ "$(echo bash.*)" = "bash.1 bash.2 bash.3 bash.4 bash.5" ] || fail "other blocks: $(echo bash.*)"
for block in bash.*; do
    begin "$(grep -oE -m 1 'fairlead [^\\]*' "$block")"
    follow "$block"
done
for block in bash.1 bash.3 bash.4; do says $block.out "parameters  "; done
for folder in by-groups kfac-virtual kfac-real; do complete $folder; done

printf '#!/bin/sh\n[ "$*" = "load openmpi" ]\n' >bin/module
chmod +x bin/module
for system in pbs lsf; do
    begin $system
    PBS_O_WORKDIR=$PWD follow study.$system
    complete by-$system
    [ -f by-$system/report.html ] || fail "by-$system has no page"
done
same by-pbs by-lsf
exit $failed
