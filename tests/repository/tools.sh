#!/bin/sh
# The user's mistakes with the tools of bench/: exit code 2 and a sentence, before anything is built or measured.
#   tools.sh SOURCE_DIR BUILD_DIR
set -u
source="$1" build="$2"
failed=0

refuses() { # SENTENCE COMMAND...
    sentence="$1"
    shift
    said="$("$@" 2>&1 </dev/null)"
    code=$?
    case "$code $said" in
    "2 "*"$sentence"*) ;;
    *) echo "exit code $code, not '$sentence': $*: $said" && failed=1 ;;
    esac
}

track="$source/bench/speed/track"
refuses "usage: bench/speed/track" "$track"
refuses "unknown commit 'no-such-commit'" "$track" no-such-commit
refuses "unknown option --fast" "$track" HEAD --fast
refuses "--filter wants a value" "$track" HEAD --filter
refuses "--processes must be a whole number of at least 1, not '0'" "$track" HEAD --processes 0
refuses "--processes must be a whole number of at least 1, not 'a[\$(id)]'" "$track" HEAD --processes 'a[$(id)]'
refuses "--seconds must be a number, not 'nan'" "$track" HEAD --seconds nan
refuses "/nowhere/history: cannot be written" "$track" HEAD --history /nowhere/history

peers="$source/bench/speed/peers/run"
refuses "a case is WORKLOAD/OPTIMIZER/PRECISION/BATCH" "$peers" resnet --build "$build"
refuses "a case is WORKLOAD/OPTIMIZER/PRECISION/BATCH" "$peers" mlp/adam/f32/32/1 --build "$build"
refuses "must be above 0, not 0" "$peers" --pairs 0 --build "$build"
refuses "must be above 0, not nan" "$peers" --seconds nan --build "$build"
refuses "must be at least 0, not nan" "$peers" --settle nan --build "$build"
refuses "must be at least 0, not -1" "$peers" --settle -1 --build "$build"
refuses "must be at least 0, not inf" "$peers" --settle inf --build "$build"
refuses "/nowhere: holds no fairlead-kernels" "$peers" --build /nowhere
refuses "unknown step, or f32 is" "$peers" --settle 0 mlp/lion/f32/32 --build "$build"

rules="$source/bench/speed/rules"
refuses "unknown case 'adam'; use kfac/1" "$rules" adam --build "$build"
refuses "must be above 0, not 0" "$rules" --pairs 0 --build "$build"
refuses "/nowhere: holds no fairlead" "$rules" --build /nowhere

refuses "--mbit is a number of at least 1 and belongs to --hosts" "$source/bench/speed/exchange" --mbit 100

refuses "--spread must be a number of at least 0, not '-1'" "$build/scale" --spread -1
refuses "--step and --bytes belong together" "$build/roofline" --step 1
"$build/scale" 2 --arms 1 --trials 4 --worlds 1 --spread 0 --infeasible 0 >/dev/null || { echo "scale --spread 0 is refused" && failed=1; }
"$build/roofline" --step 0.1 --bytes 13098536 | grep -q "1 Gbit/s, 10 us .* 104.8 /" || { echo "roofline's model is another" && failed=1; }
exit "$failed"
