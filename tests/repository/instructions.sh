#!/bin/sh
# The instructions of Fairlead's own paths can be counted. In continuous integration they are also compared with those
# of the previous commit, which takes a build of it: more than 3 % more need a line "Instructions: WHY" in the message of
# a commit since. Where that commit is not there, does not build or counts nothing, there is nothing to compare with.
#   instructions.sh SOURCE_DIR BUILD_DIR
set -eu
count="$1/bench/speed/instructions/count"
missing() {
    echo "instructions: $1"
    exit 77
}
command -v valgrind >/dev/null || missing "there is no valgrind"
[ -x "$2/fairlead-instructions" ] || missing "fairlead-instructions was not built: valgrind's header is missing"

previous="$(git -C "$1" rev-parse --verify --quiet HEAD^ 2>/dev/null)" || previous=""
if [ "${CI:-}" = true ] && [ -n "$previous" ]; then
    code=0
    "$count" --build "$2" --against "$previous" || code=$?
    [ $code -eq 4 ] || exit $code
fi
"$count" --build "$2"
