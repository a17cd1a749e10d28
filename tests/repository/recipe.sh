#!/bin/sh
# Follows docs/recipes.md to the letter, in a copy of the tree: the code block behind "<!-- recipe: FILE -->" is added
# to the end of FILE, that behind "<!-- recipe: FILE after TEXT -->" after the first line of FILE that holds TEXT. Then the tree is
# built without a warning, the tests that walk the registries and look at the tree run, and what was added is used.
# With BUILD_DIR, a build of the tree, only what reads a changed file is compiled, and the rest is taken from there. Nothing is
# optimised, nothing is to be debugged and no data set is found: what is added computes little and reads none.
#   recipe.sh SOURCE_DIR [BUILD_DIR]
set -eu
source="$1" build="${2:-}"
copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 FAIRLEAD_DATA="$copy/no-data" XDG_CACHE_HOME="$copy/no-data"
for part in core bench cmake docs tests suites plots CMakeLists.txt CMakePresets.json ARCHITECTURE.md README.md; do
    cp -r "$source/$part" "$copy/"
done
fail() {
    echo "recipe: $1"
    exit 1
}

# --- follow ---

awk -v work="$copy" '
    /^<!-- recipe: / {
        sub(/^<!-- recipe: /, ""); sub(/ -->$/, "")
        at = index($0, " after ")
        file = at ? substr($0, 1, at - 1) : $0
        text = at ? substr($0, at + 7) : ""
        next
    }
    file && /^```[a-z]+$/ { inside = 1; block = work "/recipe." ++n; printf "" > block; next }
    inside && /^```$/ { close(block); print block "\t" file "\t" text; inside = 0; file = ""; next }
    inside { print > block }' "$source/docs/recipes.md" >"$copy/recipes"

tab="$(printf '\t')"
while IFS="$tab" read -r block file text; do
    if [ -z "$text" ]; then
        cat "$block" >>"$copy/$file"
        continue
    fi
    line="$(grep -nF -- "$text" "$copy/$file" | head -n 1 | cut -d : -f 1)"
    [ -n "$line" ] || fail "$file has no line with '$text'"
    sed -i "${line}r $block" "$copy/$file"
done <"$copy/recipes"
[ "$(wc -l <"$copy/recipes")" -eq 15 ] || fail "$(wc -l <"$copy/recipes") blocks, not 15"

# --- build and test ---

# A kind of layer is added behind the others, whose numbers stay: what reads layer/list.h through layer.h alone would be the same
# code again, unless it names how many kinds there are, or tells some of them apart.
kinds() {
    (cd "$source" && grep -rlE 'FL_LAYER_KINDS|layer/list\.h|case FL_LAYER_' core bench --include='*.[ch]' | grep -vx core/layer/layer.h)
}

# The sources that read a changed file, by what the compiler said it read when BUILD_DIR was made; and what knows where the tree is.
affected() {
    ninja -C "$build" -t deps | awk -v source="$source/" '
        NR == FNR { changed[source $0]; changed["../" $0]; next } # ccache may have made paths relative
        /^[^ ]/ { object = $1; next }
        $1 in changed { print object }' "$copy/changed" - |
        sed -nE 's,^CMakeFiles/fairlead\.dir/(core/.*)\.o:$,\1,p; s,^bench/CMakeFiles/fairlead_command\.dir/(.*)\.o:$,bench/\1,p'
    (cd "$source" && grep -rl FL_SOURCE_DIR core bench --include='*.c')
}
{ cut -f 2 "$copy/recipes" | grep -vx core/layer/list.h; kinds; } | sort -u >"$copy/changed"
only=.
if [ -n "$build" ]; then
    affected >"$copy/affected"
    [ "$(wc -l <"$copy/affected")" -gt 50 ] || fail "$build does not say what its objects were made of"
    only="/($({ cat "$copy/affected"; grep '\.c$' "$copy/changed"; } | sort -u | paste -sd '|'))\$"
fi
cmake -S "$copy" -B "$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DFAIRLEAD_WERROR=ON -DFAIRLEAD_REST="$build" \
    -DFAIRLEAD_ONLY="$only" >/dev/null
cmake --build "$copy/build" --target fairlead_program test_every_optimizer test_every_workload test_layers test_headers \
    test_circles >"$copy/log" 2>&1 || { tail -n 30 "$copy/log"; fail "the tree with the additions does not build"; }
taken() { # the objects of BUILD_DIR that were not compiled again
    [ -z "$build" ] || ninja -C "$build" -t inputs libfairlead.a fairlead | grep -E '^(CMakeFiles/fairlead|bench/CMakeFiles/fairlead_command)\.dir/.*\.o$' |
        sort -u | while read -r object; do [ -e "$copy/build/$object" ] || echo "$build/$object"; done
}
for test in 'every_optimizer signum' 'every_optimizer rowwise' every_workload layers headers "circles $(taken | tr '\n' ' ')"; do
    # shellcheck disable=SC2086 # a program and its argument
    "$copy/build/tests/"test_$test >"$copy/log" 2>&1 || { cat "$copy/log"; fail "$test fails with the additions"; }
done

# --- use ---

fairlead="$copy/build/fairlead"
says() { # TEXT COMMAND...
    text="$1"
    shift
    "$@" >"$copy/log" 2>&1 || { cat "$copy/log"; fail "failed: $*"; }
    grep -q -- "$text" "$copy/log" || { cat "$copy/log"; fail "'$text' is not in what is printed by: $*"; }
}
says '^  signum ' "$fairlead" list optimizers
says '^  rowwise ' "$fairlead" list optimizers
for backend in naive openblas onednn; do
    says '"status":"complete"' "$fairlead" trial --workload glyphs/mlp --optimizer rowwise --set learning_rate=1e-2 \
        --backend $backend --steps 20 --batch 8 --eval-every 0 --json
done
says '"status":"complete"' "$fairlead" trial --workload quadratic/noisy --optimizer signum --set learning_rate=1e-3 \
    --backend naive --steps 50 --batch 8 --json
for backend in naive openblas onednn; do
    "$fairlead" trial --workload glyphs/leaky --optimizer sgd --set learning_rate=0.1 --backend $backend --steps 20 \
        --batch 32 --eval-every 0 --json >"$copy/trial.$backend" || fail "no trial of glyphs/leaky on $backend"
    grep -q '"status":"complete"' "$copy/trial.$backend" || fail "the trial of glyphs/leaky on $backend is not complete"
done
grep -q 'leaky_relu' "$copy/trial.onednn" || fail "the record on onednn does not say that leaky_relu fell back"

cat >"$copy/study.json" <<'END'
{"study": "recipe", "workload": "quadratic/noisy", "backend": "naive", "batch_size": 8, "budget": {"trials": 3, "steps": 20},
 "arms": [{"arm": "signum", "optimizer": "signum", "space": {"learning_rate": {"min": 1e-3, "max": 0.1, "scaling": "log"}}}]}
END
says . "$fairlead" run "$copy/study.json" -o "$copy/results" -j 1
[ -s "$copy/results/figures/selected.svg" ] || fail "run has not drawn the new figure"
says '^3$' "$fairlead" count "$copy/results"
says '^  count ' "$fairlead" --help
echo "recipe: two optimizers, a layer kind, a workload, a figure and a verb were added as docs/recipes.md says"
