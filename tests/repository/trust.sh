#!/bin/sh
# Every test that the tables of docs/trust.md name exists, and every long one stands there.
#   trust.sh SOURCE_DIR BUILD_DIR
set -eu
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failed=0

names() { ctest --test-dir "$2" -N -L "$1" | sed -n 's/^ *Test *#[0-9]*: //p'; }
names '' "$2" >"$work/all"
names '^long$' "$2" >"$work/long"

rows() { # FIRST CELL OF THE HEADING: the table's rows
    awk -v heading="| $1 |" 'index($0, heading) == 1 { on = 1; next } !/^\|/ { on = 0 } on' "$source/docs/trust.md"
}
# shellcheck disable=SC2016 # backquotes are meant
quoted() { grep -oE '`[A-Za-z0-9_]+`' | tr -d '`' | sort -u; }
source="$1"

rows rule | sed 's/.* | //' | quoted >"$work/ordinary"
rows parts | cut -d'|' -f2 | quoted >"$work/parts"
if [ ! -s "$work/ordinary" ] || [ ! -s "$work/parts" ]; then echo "trust: a table is missing"; exit 1; fi
grep -vxFf "$work/all" "$work/ordinary" && { echo "trust: no such tests"; failed=1; }

# N and NAME stand for what the names of several have.
sed 's/_N_/_[0-9]+_/; s/_NAME_/_[a-z]+_/' "$work/parts" >"$work/patterns"
while read -r pattern; do
    grep -qxE "$pattern" "$work/long" || { echo "trust: no long test is called $pattern"; failed=1; }
done <"$work/patterns"
grep -vxEf "$work/patterns" "$work/long" && { echo "trust: these long tests have no row"; failed=1; }
exit $failed
