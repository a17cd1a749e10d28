# Building other commits, for bench/speed/track and bench/speed/instructions/count, which read this file. `work` is their temporary folder,
# `here` a folder of the repository, `fail` ends them with a message and an exit code.

build_commit() { # SIDE COMMIT TARGET...: sources in $work/SIDE-tree, programs in $work/SIDE
    local side=$1 commit=$2 log="$work/$1.log"
    shift 2
    git -C "$here" worktree add --quiet --detach "$work/$side-tree" "$commit" || fail "unknown commit '$commit'"
    {
        cmake -S "$work/$side-tree" -B "$work/$side" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF &&
            cmake --build "$work/$side" --target "$@"
    } >"$log" 2>&1 || fail "$commit cannot be built: $(tail -n 1 "$log")" 4
}

# Take the trees and the temporary folder away again.
drop_commits() {
    for tree in "$work"/*-tree; do git -C "$here" worktree remove --force "$tree" 2>/dev/null || true; done
    rm -rf "$work"
}
