#!/bin/sh
# docs/your_optimizer.md followed to the letter, as a newcomer would, in an empty folder.
#   your_optimizer.sh SOURCE_DIR BUILD_DIR
set -eu
source="$1" build="$2"
PATH="$build:$PATH"
/usr/bin/python3 -c 'import numpy' 2>/dev/null || { echo "there is no NumPy for /usr/bin/python3: nothing is followed"; exit 77; }
command -v cc >/dev/null || { echo "there is no C compiler: nothing is followed"; exit 77; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"

block() { # LANGUAGE NUMBER: that block of the page
    awk -v start="^\`\`\`$1\$" -v n="$2" '$0 ~ /^```/ && on { on = 0 } on { print } $0 ~ start { on = ++k == n }' \
        "$source/docs/your_optimizer.md"
}

fail() {
    echo "$1"
    exit 1
}

block c 1 >signum.c
block json 1 >study.json
block sh 1 >commands.sh
CFLAGS="-Wall -Wextra -Wno-missing-field-initializers -Werror -I$build/include" sh -e commands.sh >out.txt 2>&1 || fail "$(cat out.txt)"
[ "$(grep -c '^  kept ' out.txt)" -ge 9 ] || fail "not all promises are kept: $(cat out.txt)"
grep -q '2 trials compared: 2 the same' out.txt || fail "nothing was verified: $(cat out.txt)"
grep -q '"own":{"sha256":' results/trials.jsonl || fail "the records do not say which object"

cp "$source/bench/clients/fairlead_optimizer.py" .
[ "$(wc -l <fairlead_optimizer.py)" -le 60 ] || fail "the client in Python has more than 60 lines"
block python 1 >signum.py
block json 2 >signum.json
block sh 2 >commands.sh
sh -e commands.sh >out.txt 2>&1 || fail "$(cat out.txt)"
last() { sed -n 's/^ *30 //p' "$1"; }
fairlead trial --workload glyphs/mlp --optimizer my_signum --plugin signum.so --set learning_rate=1e-3 --backend naive \
    --batch 32 --steps 30 --eval-every 30 >object.txt
[ -n "$(last out.txt)" ] || fail "the process ran no 30 steps: $(cat out.txt)"
[ "$(last out.txt | cut -c 1-8)" = "$(last object.txt | cut -c 1-8)" ] || fail "$(last out.txt) is not $(last object.txt)"
