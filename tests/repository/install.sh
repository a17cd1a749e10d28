#!/bin/sh
# What `cmake --install` puts into a prefix: no private header, every public one compiles alone from there, and a program
# built with the pkg-config file alone runs.
#   install.sh SOURCE_DIR BUILD_DIR
set -eu
source="$1" build="$2"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
prefix="$work/prefix"
include="$prefix/include/fairlead"
cc="${CC:-cc}"

cmake --install "$build" --prefix "$prefix" >/dev/null

# The same lines of core/LAYERS that cmake/install.cmake reads.
awk '$2 == "private" { for (i = 3; i <= NF; i++) print $1 "/" $i }' "$source/core/LAYERS" >"$work/private"
[ -s "$work/private" ] || { echo "install: core/LAYERS names no private header"; exit 1; }
while read -r header; do
    [ -f "$source/core/$header" ] || { echo "install: core/LAYERS names $header, which is not there"; exit 1; }
    [ ! -e "$include/$header" ] || { echo "install: $header is private, but installed"; exit 1; }
done <"$work/private"

(cd "$source/core" && find . -name '*.h') | sed 's|^\./||' | sort >"$work/all"
sort "$work/private" | comm -23 "$work/all" - >"$work/public"
while read -r header; do
    case $header in */list.h) lines=-DX\(...\)= ;; *) lines= ;; esac # who includes a list says what a line of it is
    "$cc" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only ${lines:+"$lines"} -x c -I "$include" "$include/$header" ||
        { echo "install: $header does not compile from the prefix"; exit 1; }
done <"$work/public"

cat >"$work/user.c" <<'END'
#include "optimizer/optimizer.h"
#include <string.h>

int main(void)
{
    return !fl_optimizer_find("adam", NULL) || strcmp(fl_optimizers()[0]->entry.name, "null") == 0;
}
END
PKG_CONFIG_PATH="$(dirname "$(find "$prefix" -name fairlead.pc)")"
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # flags are words
"$cc" -std=gnu11 "$work/user.c" -o "$work/user" $(pkg-config --cflags --libs fairlead)
"$work/user"
"$prefix/bin/fairlead" list optimizers | grep -q '^  adam '

# A rule of one's own needs the one header, in C and in C++; the clients are there for rules in processes.
for language in c c++; do
    "$cc" -x $language -shared -fPIC -Wall -Wextra -Werror -Wno-missing-field-initializers -I "$prefix/include" \
        "$source/tests/support/own/mine.c" -o "$work/mine.so"
    "$prefix/bin/fairlead" list optimizers --plugin "$work/mine.so" | grep -q '^  mine '
done
[ -f "$prefix/share/fairlead/clients/fairlead_optimizer.py" ] || { echo "install: the client in Python is missing"; exit 1; }
echo "install: $(wc -l <"$work/public") public headers, $(wc -l <"$work/private") private ones left out"
