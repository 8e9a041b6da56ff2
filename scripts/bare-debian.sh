# Root folders with a bare Debian 12, for the checks that source this file. They need root, debootstrap and the Swift toolchain of this machine.
# CHROOT_CACHE: a root folder that debootstrap has made already.
# CHROOT_FOLDERS, CHROOT_GITCONFIG: folders of this machine and a configuration of git that are to be seen there too, where packages come from a mirror.

# Makes the root folder `$1`.
bare_debian() {
    local root="$1" folder
    if [ -n "${CHROOT_CACHE:-}" ]; then cp -a "$CHROOT_CACHE" "$root"; else debootstrap --variant=minbase bookworm "$root" >/dev/null; fi
    cp /etc/resolv.conf "$root/etc/"
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    # Whom this machine trusts, also behind a proxy of its own.
    if [ -e /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt "$root/etc/trusted-here.crt"; fi
    for folder in ${CHROOT_FOLDERS:-}; do
        mkdir -p "$root$folder"
        mount --bind -o ro "$folder" "$root$folder"
    done
    if [ -n "${CHROOT_GITCONFIG:-}" ]; then cp "$CHROOT_GITCONFIG" "$root/etc/gitconfig"; fi
}

# What Swift's own page says is installed first: the packages that its toolchain needs, and the toolchain, which is this machine's.
bare_debian_swift() {
    local root="$1" toolchain
    toolchain=$(dirname "$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")")
    chroot "$root" sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        binutils git gnupg2 libc6-dev libcurl4-openssl-dev libedit2 libgcc-12-dev libncurses6 libpython3-dev libsqlite3-0 libstdc++-12-dev libxml2-dev \
        libz3-dev pkg-config tzdata zlib1g-dev >/dev/null'
    mkdir -p "$root/opt/swift"
    mount --bind "$toolchain" "$root/opt/swift"
}

# Takes `$1`, a folder of such roots, away with all that is mounted there.
bare_debian_away() {
    local point
    # The deepest first; nothing of this machine is removed while it is mounted there.
    awk -v under="$1/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | while read -r point; do umount "$point" || umount -l "$point"; done
    if ! grep -q " $1/" /proc/mounts; then rm -rf "$1"; fi
}

# The variables that make programs there trust whom this machine trusts, and pip look where it looks here.
bare_debian_trust=(SSL_CERT_FILE=/etc/trusted-here.crt PIP_CERT=/etc/trusted-here.crt GIT_SSL_CAINFO=/etc/trusted-here.crt)
if [ -n "${PIP_FIND_LINKS:-}" ]; then bare_debian_trust+=("PIP_FIND_LINKS=$PIP_FIND_LINKS"); fi
