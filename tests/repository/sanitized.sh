#!/bin/sh
# Builds the tree with the sanitizers of a preset and passes its tests: those that a regular expression names, or of all
# every N-th from the I-th on. TSan's build has no clones of loops (core/base/clones.h): who chooses them runs before TSan can.
#   sanitized.sh SOURCE_DIR BUILD_DIR asan I/N
#   sanitized.sh SOURCE_DIR BUILD_DIR tsan REGEX
set -eu
source="$1" build="$2/$3" preset="$3" which="$4"
cmake -S "$source" --preset "$preset" -B "$build" -DBUILD_TESTING=ON
cmake --build "$build"
case "$which" in
[0-9]*/[0-9]*) set -- -I "${which%/*},,${which#*/}" ;;
*) set -- -R "$which" ;;
esac
exec ctest --test-dir "$build" -LE '^long$' --output-on-failure -j "$(nproc)" "$@"
