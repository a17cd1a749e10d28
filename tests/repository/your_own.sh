#!/bin/sh
# docs/your_own.md followed to the letter, as a newcomer would, in an empty folder; then the mistakes that it shows.
#   your_own.sh SOURCE_DIR BUILD_DIR
set -eu
source="$1"
PATH="$2:$PATH"
python=/usr/bin/python3
"$python" -c 'import numpy' 2>/dev/null || { echo "there is no NumPy for $python: nothing is followed"; exit 77; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export XDG_CACHE_HOME="$folder"

block() { # LANGUAGE NUMBER: that block of the page
    awk -v start="^\`\`\`$1\$" -v n="$2" '$0 ~ /^```/ && on { on = 0 } on { print } $0 ~ start { on = ++k == n }' \
        "$source/docs/your_own.md"
}

fail() {
    echo "$1"
    exit 1
}

refused() { # PART COMMAND...: exit 2, with this in the message
    part="$1"
    shift
    code=0
    "$@" >out.txt 2>&1 || code=$?
    [ "$code" = 2 ] || fail "$*: exit code $code instead of 2"
    grep -qF "$part" out.txt || fail "$*: no '$part' in: $(cat out.txt)"
}

block python 1 >make.py
block json 1 >spirals.json
block json 2 >study.json
block sh 1 >commands.sh
"$python" make.py
sh -e commands.sh >out.txt 2>&1 || fail "$(cat out.txt)"
grep -q '3 classes; 300 of them, drawn at random, are the test set' spirals/report.html || fail "the page says nothing of the test set"
[ "$(wc -l <spirals/trials.jsonl)" -ge 60 ] || fail "there are not sixty trials"
ls spirals/figures/*.svg >/dev/null || fail "there is no figure"

sed -i 's/"out": 3 /"out": 2 /' spirals.json
refused 'spirals.json:8:11: the last layer gives 2 outputs, and the data have 3 classes' fairlead data check spirals.json
refused 'spirals.json:8:11: the last layer gives 2 outputs, and the data have 3 classes' fairlead run study.json -o other
[ ! -e other ] || fail "something was written"
sed -i 's/"out": 2 /"out": 3 /' spirals.json
"$python" -c 'import numpy; x = numpy.load("x.npy"); x[1, 1] = numpy.nan; numpy.save("x.npy", x)'
refused 'x.npy: byte 152: value 1 of example 1 is nan' fairlead run study.json -o other # 128 and three float64
[ ! -e other ] || fail "something was written"
