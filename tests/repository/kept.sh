#!/bin/sh
# Every kept study is whole: `fairlead run` on a copy of its folder would train nothing.
#   kept.sh SOURCE_DIR BUILD_DIR
set -eu
failed=0
for folder in "$1"/results/reference/*/; do
    said=$("$2/fairlead" check --complete "$folder") || { echo "$said"; failed=1; }
done
exit $failed
