#!/bin/sh
# What README.md shows of `quick` is what `summary` prints of the folder that is kept, and the numbers of its opening
# stand in the findings.
#   readme.sh SOURCE_DIR BUILD_DIR
set -eu
cd "$1"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failed=0

"$2/fairlead" summary results/reference/quick >"$work/printed"
awk '/^```/ { inside = !inside; shown = inside && $0 == "```"; next } shown' README.md >"$work/shown"
[ "$(wc -l <"$work/shown")" -gt 8 ] || { echo "README.md: shows no table"; exit 1; }
grep -vxFf "$work/printed" "$work/shown" && { echo "README.md: these lines are not what summary prints"; failed=1; }

numbers="$(sed -n '/^\*\*/,/^!/p' README.md | grep -oE '[0-9]+\.[0-9]+' | sort -u)"
[ -n "$numbers" ] || { echo "README.md: begins without a number"; exit 1; }
for number in $numbers; do
    grep -qE "(^|[^0-9.])$number([^0-9]|$)" results/reference/FINDINGS.md || { echo "README.md: $number is no finding's"; failed=1; }
done
exit $failed
