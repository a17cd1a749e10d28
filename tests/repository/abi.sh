#!/bin/sh
# The library shows what core/fairlead/fairlead.abi says it showed when 0.2.0 came out: what programs were built against
# stays as it was, additions are allowed. A planted change is found.
#   abi.sh SOURCE_DIR BUILD_DIR
set -eu
source="$1" build="$2"
command -v abidiff >/dev/null || { echo "abi: there is no abidiff (abigail-tools)"; exit 77; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
baseline="$source/core/fairlead/fairlead.abi"

differ() { # BASELINE: exit code of abidiff without additions
    abidiff --no-added-syms "$1" "$build/libfairlead.so"
}
differ "$baseline"

for change in "s/fairlead_version/fairlead_gone/g" "s/size-in-bits='8032'/size-in-bits='8064'/" \
    "s/layout-offset-in-bits='512'/layout-offset-in-bits='576'/"; do
    sed "$change" "$baseline" >"$work/changed.abi"
    if differ "$work/changed.abi" >/dev/null 2>&1; then
        echo "abi: a baseline changed by '$change' was not told apart"
        exit 1
    fi
done

# What it shows is what the header declares, no more and no less.
nm -D --defined-only "$build/libfairlead.so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/shown"
sed 's|/\*.*\*/||' "$source/core/fairlead/fairlead.h" | grep -oE '\bfairlead_[a-z_]+\(' | tr -d '(' | sort -u >"$work/declared"
diff "$work/declared" "$work/shown" || { echo "abi: not what the header declares (<) is what the library shows (>)"; exit 1; }
n="$(wc -l <"$work/shown")"
[ "$n" -lt 40 ] || { echo "abi: $n functions; the interface has fewer than 40"; exit 1; }
echo "abi: $n functions"
