#!/bin/bash
# Runs a command of the README as a new user of a bare Debian 12 would: nothing is there but the toolchain, git and make.
# Usage: scripts/check-debian.sh [make target …]     As root, for chroot; what is committed is cloned. (default: example)
# The variables of scripts/bare-debian.sh hold. The tests' reference data is seen there where it lies beside the project here.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/bare-debian.sh
[ "$(id -u)" = 0 ] || { printf 'check-debian: needs root, for chroot\n' >&2; exit 1; }
[ $# -gt 0 ] || set -- example
work=$(mktemp -d)
trap 'bare_debian_away "$work"' EXIT
root="$work/root"
if [ -d ../shared ]; then CHROOT_FOLDERS="${CHROOT_FOLDERS:-} $(cd .. && pwd)/shared"; fi
bare_debian "$root"
bare_debian_swift "$root"
chroot "$root" sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make ca-certificates >/dev/null'
git clone -q . "$root/$(pwd)"
printf 'check-debian: %s packages, %s MB before\n' "$(chroot "$root" dpkg-query -f '.\n' -W | wc -l)" "$(du -smx "$root" | cut -f1)"
for target in "$@"; do
    printf 'check-debian: make %s\n' "$target"
    begun=$SECONDS
    env -i HOME=/root LANG=C.UTF-8 PATH=/opt/swift/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${bare_debian_trust[@]}" \
        chroot "$root" /bin/bash -c "cd '$(pwd)' && make $target"
    printf 'check-debian: make %s took %s s\n' "$target" $((SECONDS - begun))
done
