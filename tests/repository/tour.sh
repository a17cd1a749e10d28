#!/bin/sh
# Every "`function` (`file`)" of docs/tour.md: the function is defined in that file; every path named there exists.
#   tour.sh SOURCE_DIR
set -eu
cd "$1"
bad=0
n=0
pairs="$(tr '\n' ' ' <docs/tour.md | tr -s ' ' | grep -oE '`[a-z_]+` \(`[a-z_/]+\.c`\)|`[a-z_]+`, `[a-z_/]+\.c`' | tr -d '`(),')"
[ -n "$pairs" ] || { echo "tour: names no function"; exit 1; }
while read -r function file; do
    n=$((n + 1))
    grep -qE "^[a-z].*\b$function\(" "$file" 2>/dev/null || { echo "tour: $file does not define $function"; bad=1; }
done <<END
$pairs
END
for path in $(grep -oE '`(core|bench|tests|docs|suites|plots)/[A-Za-z_/.]+`' docs/tour.md | tr -d '`'); do
    [ -e "$path" ] || { echo "tour: there is no $path"; bad=1; }
done
[ $bad = 0 ] && echo "tour: $n functions"
exit $bad
