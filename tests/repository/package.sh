#!/bin/sh
# The Debian packages: built in two folders they have the same bytes, lintian finds no error, and in a bare Debian 12 they
# install and run without the source tree. The source tarball builds without a network. Takes a quarter of an hour.
#   package.sh SOURCE_DIR [WORK_DIR]
# In a WORK_DIR of the caller's each part has a log, and the same command at the same commit goes on after the last whole part.
set -eu
source="$1"
for tool in debootstrap lintian cpack; do
    command -v $tool >/dev/null || { echo "package: there is no $tool"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "package: only root can make a bare Debian"; exit 77; }
if [ -n "${2:-}" ]; then
    mkdir -p "$2"
    work="$(realpath "$2")"
else
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
fi
root="$work/root"
fresh() { (cd "$work" && rm -rf one another build tarball root -- *.stands); }
fail() { echo "package: $1"; exit 1; }
commit="$(git -C "$source" rev-parse HEAD)"
[ "$(git --git-dir="$work/one/.git" rev-parse HEAD 2>/dev/null)" = "$commit" ] || fresh
[ -d "$work/one" ] || git clone -q "$source" "$work/one"
[ -d "$work/another" ] || git clone -q "$work/one" "$work/another/folder/of/two"
DEBEMAIL=packager@debian.org DEBFULLNAME="A Packager" SOURCE_DATE_EPOCH="$(git -C "$work/one" log -1 --format=%ct)"
export DEBEMAIL DEBFULLNAME SOURCE_DATE_EPOCH

part() { # NAME: that function's commands, the first that fails ends the test; what stands already is not done again
    [ ! -e "$work/$1.stands" ] || return 0
    echo "package: $1, since $(date +%H:%M)"
    code=0
    (set -ex; "$1") >"$work/$1.log" 2>&1 & # in the background, as -e is off on the left of ||
    wait $! || code=$?
    [ $code = 0 ] || fail "$1: $(tail -n 5 "$work/$1.log")"
    touch "$work/$1.stands"
}

build() { # SOURCE BUILD
    (cd "$1" && cmake --preset package -B "$2")
    cmake --build "$2"
    cd "$2"
    cpack
}

one() { build "$work/one" "$work/build"; }
another() { build "$work/another/folder/of/two" "$work/another/build"; }

same_bytes() {
    for deb in "$work"/build/*.deb; do
        cmp "$deb" "$work/another/build/$(basename "$deb")"
    done
    if strings "$work/build/fairlead" "$work/build/libfairlead.so" | grep -F "$work"; then return 1; fi
}

without_errors() {
    for deb in "$work"/build/*.deb; do
        lintian --fail-on error "$deb"
    done
}

tarball() {
    mkdir -p "$work/tarball"
    (cd "$work/build" && cpack --config CPackSourceConfig.cmake)
    tar -xf "$work"/build/fairlead-*.tar.xz -C "$work/tarball" --strip-components 1
    unshare -n cmake -S "$work/tarball" -B "$work/tarball/build" -G Ninja -DBUILD_TESTING=OFF
    unshare -n cmake --build "$work/tarball/build" --target fairlead_program
    "$work/tarball/build/fairlead" --version
}

# Its own archive alone: other lists of this machine may need keys that a bare Debian has not.
bare() {
    rm -rf "$root"
    debootstrap --variant=minbase bookworm "$root"
    cp "$work"/build/*.deb "$root/root"
    inside 'apt-get update -qq && apt-get install -y -qq /root/*.deb'
}

# shellcheck disable=SC2016 # the inner shells expand
inside() { # COMMANDS, in the bare Debian's /root
    unshare -m sh -ec 'mount -t proc proc "$0/proc"; exec chroot "$0" sh -exc "cd /root; $1"' "$root" "$1"
}

run() {
    inside 'fairlead run quick -j 2; test -s results/quick/report.html; ls results/quick/figures/*.svg; fairlead doctor || true'
}

# shellcheck disable=SC2016
library() {
    inside 'apt-get install -y -qq gcc libc6-dev pkg-config
        cc /usr/share/doc/libfairlead-dev/examples/trial.c $(pkg-config --cflags --libs fairlead) -o trial
        ./trial | grep "^complete"'
}

removal() {
    inside 'apt-get remove -y -qq fairlead'
    [ -z "$(find "$root/usr" -path '*fairlead*' | head -n 3 | tee /dev/stderr)" ]
}

for name in one another same_bytes without_errors tarball bare run library removal; do
    part $name
done
n="$(find "$work/build" -maxdepth 1 -name '*.deb' | wc -l)"
fresh
echo "package: $n packages"
