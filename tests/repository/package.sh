#!/bin/sh
# The Debian packages: built in two folders they have the same bytes, lintian finds no error, and in a bare Debian 12 they
# install and run without the source tree. The source tarball builds without a network. Takes a quarter of an hour.
#   package.sh SOURCE_DIR
set -eu
source="$1"
for tool in debootstrap lintian cpack; do
    command -v $tool >/dev/null || { echo "package: there is no $tool"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "package: only root can make a bare Debian"; exit 77; }
work="$(mktemp -d)"
root="$work/root"
clean() {
    umount "$root/proc" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT
fail() { echo "package: $1"; exit 1; }
DEBEMAIL=packager@debian.org DEBFULLNAME="A Packager" SOURCE_DATE_EPOCH="$(git -C "$source" log -1 --format=%ct)"
export DEBEMAIL DEBFULLNAME SOURCE_DATE_EPOCH

build() { # SOURCE BUILD
    cmake -S "$1" -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DFAIRLEAD_SOURCE_LOOKUP=OFF \
        -DCMAKE_INSTALL_PREFIX=/usr >"$work/log" 2>&1 && cmake --build "$2" >"$work/log" 2>&1 || fail "$(tail -n 5 "$work/log")"
    (cd "$2" && cpack >"$work/log" 2>&1) || fail "$(tail -n 5 "$work/log")"
}

git clone -q "$source" "$work/one"
git clone -q "$source" "$work/another/folder/of/two"
build "$work/one" "$work/build"
build "$work/another/folder/of/two" "$work/another/build"
for deb in "$work"/build/*.deb; do
    cmp "$deb" "$work/another/build/$(basename "$deb")" || fail "$(basename "$deb") depends on the folder it was built in"
    errors="$(lintian --fail-on none "$deb" 2>/dev/null | grep '^E: ' || true)"
    [ -z "$errors" ] || fail "$errors"
done
! strings "$work/build/fairlead" | grep -F "$work" || fail "the program knows where it was built"

(cd "$work/build" && cpack --config CPackSourceConfig.cmake >"$work/log" 2>&1) || fail "$(tail -n 5 "$work/log")"
mkdir "$work/tarball"
tar -xf "$work"/build/fairlead-*.tar.xz -C "$work/tarball" --strip-components 1
unshare -n cmake -S "$work/tarball" -B "$work/tarball/build" -G Ninja -DBUILD_TESTING=OFF >"$work/log" 2>&1 || fail "$(tail -n 5 "$work/log")"
unshare -n cmake --build "$work/tarball/build" --target fairlead_program >"$work/log" 2>&1 || fail "$(tail -n 5 "$work/log")"

debootstrap --variant=minbase bookworm "$root" >"$work/log" 2>&1 || fail "$(tail -n 5 "$work/log")"
cp "$work"/build/*.deb "$root/root"
cp /etc/apt/sources.list "$root/etc/apt/" 2>/dev/null || true
cp -r /etc/apt/sources.list.d /etc/apt/apt.conf.d "$root/etc/apt/" 2>/dev/null || true
mount -t proc proc "$root/proc"
chroot "$root" sh -ec 'apt-get update -qq && apt-get install -y -qq /root/*.deb' >"$work/log" 2>&1 || fail "$(tail -n 5 "$work/log")"
chroot "$root" sh -ec 'cd /root && fairlead run quick -j 2' >"$work/log" 2>&1 || fail "$(tail -n 5 "$work/log")"
[ -s "$root/root/results/quick/report.html" ] || fail "no page in the bare Debian"
chroot "$root" sh -ec 'apt-get install -y -qq gcc libc6-dev pkg-config && cd /root &&
    cc /usr/share/doc/libfairlead-dev/examples/trial.c $(pkg-config --cflags --libs fairlead) -o trial && ./trial' \
    >"$work/log" 2>&1 || fail "$(tail -n 5 "$work/log")"
grep -q '^complete' "$work/log" || fail "the example says $(cat "$work/log")"
chroot "$root" apt-get remove -y -qq fairlead >"$work/log" 2>&1 || fail "$(tail -n 5 "$work/log")"
left="$(find "$root/usr" -path '*fairlead*' | head -n 3)"
[ -z "$left" ] || fail "removing it leaves $left"
echo "package: $(ls "$work"/build/*.deb | wc -l) packages"
