# Building other commits, for bench/speed/track and bench/speed/instructions/count, which read this file. `work` is their temporary folder,
# `here` a folder of the repository, `fail` ends them with a message and an exit code. A folder FAIRLEAD_COMMITS keeps what was built
# of a commit, so that the next of them builds only what that lacks.

build_commit() { # SIDE COMMIT TARGET...: programs in $work/SIDE; sources beside them, where they lie, in NAME-tree
    local side=$1 commit=$2 log="$work/$1.log" build="$work/$1"
    shift 2
    if [ -n "${FAIRLEAD_COMMITS:-}" ]; then
        build="$FAIRLEAD_COMMITS/$(git -C "$here" rev-parse "$commit")"
        mkdir -p "$build"
        ln -s "$build" "$work/$side"
    fi
    [ -d "$build-tree" ] || git -C "$here" worktree add --quiet --detach "$build-tree" "$commit" || fail "unknown commit '$commit'"
    {
        cmake -S "$build-tree" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF &&
            cmake --build "$build" --target "$@"
    } >"$log" 2>&1 || fail "$commit cannot be built: $(tail -n 1 "$log")" 4
}

# Take the trees and the temporary folder away again, but what is to be kept.
drop_commits() {
    for tree in "$work"/*-tree; do git -C "$here" worktree remove --force "$tree" 2>/dev/null || true; done
    rm -rf "$work"
}
