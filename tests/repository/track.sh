#!/usr/bin/env bash
# bench/speed/track and bench/speed/instructions/count on a repository with stand-ins for the programs: what is planted is found,
# what is not is not, and every way in which that is reported.
#   track.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source=$1
FAIRLEAD_PROGRAM=$2/fairlead
export FAIRLEAD_PROGRAM
unset CI GITHUB_STEP_SUMMARY FAIRLEAD_COMMITS
for tool in valgrind git gnuplot; do
    command -v $tool >/dev/null || { echo "track: there is no $tool"; exit 77; }
done
repo=$(mktemp -d)
trap 'rm -rf "$repo"' EXIT

fail() {
    echo "track.sh: $1"
    exit 1
}
commit() { # MESSAGE...
    git -C "$repo" add -A
    git -C "$repo" -c user.name=test -c user.email=test@localhost commit -q --allow-empty "${@/#/-m}"
}
expect() { # CODE COMMAND...: output in $repo/.git/output
    local wanted=$1 code=0
    shift
    (cd "$repo" && "$@") >"$repo/.git/output" 2>&1 || code=$?
    [ $code -eq "$wanted" ] || fail "$* gave $code, not $wanted: $(cat "$repo/.git/output")"
}
says() { # TEXT [FILE]
    grep -qF -- "$1" "${2:-$repo/.git/output}" || fail "nothing says '$1': $(cat "${2:-$repo/.git/output}")"
}
says_not() { ! grep -qF -- "$1" "$repo/.git/output" || fail "something says '$1': $(cat "$repo/.git/output")"; }

git init -q "$repo"
mkdir -p "$repo/bench/speed/instructions"
cp "$source"/tests/repository/track/* "$repo"
cp "$source"/bench/speed/{track,track.gp,commits.sh} "$repo/bench/speed"
cp "$source/bench/speed/instructions/count" "$repo/bench/speed/instructions"
commit "One"
commit "The same"
sed -i 's/tenth=1 third=1/tenth=1.1 third=1.3/' "$repo/kernels"
commit "Slower"
sed -i 's/PLANTED = 100/PLANTED = 110/' "$repo/instructions.c"
commit "More instructions"
commit "Say why" "Instructions: they were planted"
commit "Nothing"

# --- seconds ---

history=$repo/.git/history
expect 0 bench/speed/track HEAD~5 HEAD~4 --filter . --history "$history"
says "What seems to differ, measured once more:" # fickle
says "4 benchmarks compared: 0 slower, 0 faster in two measurements."

expect 1 env CI=true GITHUB_STEP_SUMMARY="$repo/.git/markdown" bench/speed/track HEAD~4 HEAD~3 --filter . --history "$history"
says "4 benchmarks compared: 2 slower, 0 faster in two measurements." "$repo/.git/markdown"
says '| `tenth` | +' "$repo/.git/markdown"
says '| `third` | +' "$repo/.git/markdown"
says "::error title=slower::tenth +"
says "::error title=slower::third +"
says_not "title=slower::steady"
says_not "title=slower::fickle"

expect 0 bench/speed/track HEAD~3 HEAD~4 --filter . # back again
says "4 benchmarks compared: 0 slower, 2 faster in two measurements."

[ "$(wc -l <"$history")" -eq 8 ] || fail "the history has not a line per benchmark and comparison"
for name in "all, geometric mean" tenth third "change point"; do says "$name" "$history.svg"; done
! grep -q steady "$history.svg" || fail "the trend shows what never changed"

expect 4 bench/speed/track HEAD~5 HEAD~4 --filter none_of_them
expect 2 bench/speed/track no_such_commit
expect 2 bench/speed/track HEAD~1 --no-such-option

# --- instructions ---

build() { # COMMIT: what is compared with a commit is a build at hand
    git -C "$repo" checkout -q "$1"
    cmake -S "$repo" -B "$repo/.git/build" -G Ninja >/dev/null
    cmake --build "$repo/.git/build" >/dev/null
}
count() { expect "$1" bench/speed/instructions/count --build .git/build --against "$2"; }

git -C "$repo" branch -q newest
build newest~2
count 0 newest~2 # the same
says "+0.00 %"
count 1 newest~3
says "  more"
says "Instructions: WHY"
build newest
count 0 newest~3 # the commit before says why
says "explained: Instructions: they were planted"
expect 0 bench/speed/instructions/count --build .git/build
expect 4 bench/speed/instructions/count --build .git
expect 2 bench/speed/instructions/count --against
[ "$(git -C "$repo" worktree list | wc -l)" -eq 1 ] || fail "a tree was left behind"

# --- what is built once ---

export FAIRLEAD_COMMITS="$repo/.git/kept"
kept="$FAIRLEAD_COMMITS/$(git -C "$repo" rev-parse newest~3)"
expect 0 bench/speed/track newest~3 newest --build-only
[ ! -s "$repo/.git/output" ] || fail "--build-only measures: $(cat "$repo/.git/output")"
[ -e "$kept/fairlead-kernels" ] || fail "--build-only keeps nothing"
count 0 newest~3
built=$(stat -c %.Y "$kept/fairlead-instructions")
count 0 newest~3
[ "$(stat -c %.Y "$kept/fairlead-instructions")" = "$built" ] || fail "what was kept is built again"
echo "track.sh: what was planted is found"
