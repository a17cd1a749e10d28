#!/bin/sh
# What `cmake --install` puts into a prefix, used from there and from where the prefix was moved to: the interface's
# headers and no others, in C and in C++; the examples, by pkg-config and by CMake; man pages; completion.
#   install.sh SOURCE_DIR BUILD_DIR
set -eu
source="$1" build="$2"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cc="${CC:-cc}"
fail() { echo "install: $1"; exit 1; }

cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
prefix="$work/moved"
library="$(dirname "$(find "$prefix" -name libfairlead.so)")"
export LD_LIBRARY_PATH="$library" PATH="$prefix/bin:$PATH"

# --- headers ---
others="$(find "$prefix/include" -name '*.h' | grep -v "^$prefix/include/fairlead/[a-z]*\.h$" || true)"
[ -z "$others" ] || fail "$others is installed"
for header in "$prefix"/include/fairlead/*.h; do
    "$cc" -std=c11 -Wall -Wextra -Werror -pedantic -fsyntax-only -x c "$header" || fail "$header does not compile alone"
    "${CXX:-c++}" -std=c++17 -Wall -Wextra -Werror -fsyntax-only -x c++ "$header" || fail "$header does not compile in C++"
done

# --- the examples ---
examples="$prefix/share/doc/libfairlead-dev/examples"
PKG_CONFIG_PATH="$library/pkgconfig"
export PKG_CONFIG_PATH
mkdir "$work/built"
for file in "$examples"/*.c; do
    name="$(basename "$file" .c)"
    [ "$(wc -l <"$file")" -lt 60 ] || fail "$name.c is longer than an example should be"
    # shellcheck disable=SC2046 # flags are words
    "$cc" -std=c11 -Wall -Wextra -Wno-unused-parameter -Werror "$file" $(pkg-config --cflags --libs fairlead) -o "$work/built/$name"
done
"$work/built/trial" >"$work/trial.txt"
grep -q '^complete [0-9a-f]\{16\}$' "$work/trial.txt" || fail "the example trial says $(cat "$work/trial.txt")"
"$work/built/study" "$work/folder" >"$work/study.json"
grep -q '"arm":"momentum"' "$work/study.json" || fail "the example study says $(cut -c1-200 "$work/study.json")"
[ "$("$work/built/results" "$work/folder" | grep -c ' 8 runs, at best 0\.')" = 2 ] || fail "the example results"
code=0
"$work/built/results" "$work/none" 2>"$work/error" || code=$?
[ $code -eq 2 ] && grep -q 'not a result folder' "$work/error" || fail "a missing folder gives $code: $(cat "$work/error")"

mkdir "$work/user"
cp "$examples/trial.c" "$work/user"
cat >"$work/user/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(fairlead 0.2 REQUIRED)
add_executable(trial trial.c)
target_link_libraries(trial PRIVATE fairlead::fairlead)
END
cmake -S "$work/user" -B "$work/user/build" -DCMAKE_PREFIX_PATH="$prefix" >"$work/cmake.log" || fail "$(cat "$work/cmake.log")"
cmake --build "$work/user/build" >"$work/cmake.log" || fail "$(cat "$work/cmake.log")"
"$work/user/build/trial" | cmp - "$work/trial.txt" || fail "the example trial by CMake differs"

# --- the documents: each is there, and every figure that they show ---
documents="$prefix/share/doc/fairlead"
for document in "$source"/docs/*.md; do
    [ -s "$documents/docs/$(basename "$document")" ] || fail "$(basename "$document") is not installed"
done
for document in "$documents"/README.md "$documents"/docs/*.md "$documents"/results/reference/FINDINGS.md; do
    sed -n 's/^!\[.*(\([^()]*\))$/\1/p' "$document" >"$work/figures.txt"
    while read -r figure; do
        [ -s "$(dirname "$document")/$figure" ] || fail "$document shows $figure, which is not installed"
    done <"$work/figures.txt"
done
[ "$(find "$documents/results" -name '*.svg' | wc -l)" -gt 30 ] || fail "the findings' figures are not installed"

# --- the program, its pages and its completion ---
fairlead list optimizers | grep -q '^  adam '
for verb in $(fairlead complete ""); do
    [ -f "$prefix/share/man/man1/fairlead-$verb.1.gz" ] || fail "fairlead-$verb(1) is missing"
done
if command -v groff >/dev/null; then
    for page in "$prefix"/share/man/man?/*; do
        zcat "$page" | groff -man -Tutf8 -ww 2>"$work/groff" >"$work/page"
        [ ! -s "$work/groff" ] || fail "$page: $(head -n 1 "$work/groff")"
        [ "$(wc -l <"$work/page")" -gt 15 ] || fail "$page says too little"
    done
fi
completed() { # WORD...: what bash makes of the last
    bash -c 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fairlead 2>/dev/null; echo "${COMPREPLY[@]}"' \
        "$prefix/share/bash-completion/completions/fairlead" fairlead "$@"
}
[ "$(completed ver)" = verify ] || fail "bash makes of 'ver': $(completed ver)"
[ "$(completed trial --optimizer adamw --set weight)" = "weight_decay=" ] || fail "bash does not know adamw's weight_decay"
[ "$(completed trial --workload fashion_mnist/s)" = fashion_mnist/simple_cnn ] || fail "bash does not know simple_cnn"
[ "$(completed plan qui)" = quick ] || fail "bash does not know studies"
[ "$(completed trial --micro)" = --micro-batch ] || fail "bash does not know options"
mkdir -p "$work/odd/suites"
echo '{}' >"$work/odd/suites/mine.json"
# shellcheck disable=SC2016 # what a shell would expand
echo '{}' >"$work/odd/suites/"'$(touch${IFS}found)`touch${IFS}found`.json'
offered="$(cd "$work/odd" && completed run '')"
case " $offered " in
*found*) fail "bash offers a name that a shell would expand: $offered" ;;
*mine*) ;;
*) fail "bash does not know a folder's own studies: $offered" ;;
esac
[ ! -e "$work/odd/found" ] || fail "completion in bash runs what a file's name says"

# A rule of one's own needs the one header, in C and in C++; the clients are there for rules in processes.
for language in c c++; do
    "$cc" -x $language -shared -fPIC -Wall -Wextra -Werror -Wno-missing-field-initializers -I "$prefix/include" \
        "$source/tests/support/own/mine.c" -o "$work/mine.so"
    fairlead list optimizers --plugin "$work/mine.so" | grep -q '^  mine ' || fail "the plug-in in $language is not listed"
done
[ -f "$prefix/share/fairlead/clients/fairlead_optimizer.py" ] || fail "the client in Python is missing"
echo "install: $(find "$prefix/include" -name '*.h' | wc -l) headers, $(find "$prefix/share/man" -type f | wc -l) pages"
