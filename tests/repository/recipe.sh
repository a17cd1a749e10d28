#!/bin/sh
# Follows ARCHITECTURE.md's recipe for an optimizer to the letter, in a copy of the tree: what stands in its code blocks
# behind "<!-- recipe: FILE -->" is added to FILE, then the tree is built, the registry's test run and the optimizer used.
#   recipe.sh SOURCE_DIR
set -eu
source="$1"
copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT
for part in core bench cmake tests suites plots CMakeLists.txt CMakePresets.json; do cp -r "$source/$part" "$copy/"; done

awk -v copy="$copy" '
    /^<!-- recipe: / { file = copy "/" $3; next }
    file && /^```c$/ { inside = 1; blocks++; next }
    inside && /^```$/ { inside = 0; close(file); file = ""; next }
    inside { print >> file }
    END { exit blocks != 2 }' "$source/ARCHITECTURE.md"

cmake -S "$copy" -B "$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DFAIRLEAD_WERROR=ON >/dev/null
cmake --build "$copy/build" --target fairlead_program test_every_optimizer >/dev/null
"$copy/build/fairlead" list optimizers | grep -q '^  signum '
"$copy/build/tests/test_every_optimizer"
"$copy/build/fairlead" trial --workload quadratic/noisy --optimizer signum --set learning_rate=1e-3 --backend naive \
    --steps 50 --batch 8 --json | grep -q '"status":"complete"'
echo "recipe: an optimizer was added as ARCHITECTURE.md says"
