# What the packing scripts share: a program with the libraries that it links, for machines that have glibc and no more. Sourced by them.

# Installs those of the packages `$@` whose command (xz for xz-utils) or file is missing.
packing_tools() {
    missing=""
    for package in "$@"; do
        case "$package" in
            fonts-*) [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$missing $package" ;;
            *) command -v "${package%-utils}" >/dev/null 2>&1 || missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    printf 'installing%s\n' "$missing"
    super=""
    [ "$(id -u)" = 0 ] || super="sudo"
    $super apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $super apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# What a system with glibc has anyway, and what must fit its kernel and loader.
is_of_glibc() {
    case "$1" in
        ld-linux*|libc.so.*|libm.so.*|libpthread.so.*|libdl.so.*|librt.so.*|libutil.so.*|libresolv.so.*|libmvec.so.*|libanl.so.*|libnsl.so.*|libnss_*) return 0 ;;
        *) return 1 ;;
    esac
}

# Copies into the folder `$1` all that the files after it link, but glibc and libtorch; there the libraries find each other.
copy_libraries() {
    into="$1"
    shift
    for file in "$@"; do ldd "$file" | awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }'; done | sort -u | while read -r soname path; do
        case "$path" in */torch/lib/*|*/nvidia/*) continue ;; esac
        is_of_glibc "$soname" || install -m 644 "$path" "$into/$soname"
    done
    for file in "$into"/*.so*; do patchelf --set-rpath '$ORIGIN' "$file"; done
}

# Packs the folder `$2` in `$1` into .build/dist/`$2`.tar.xz, with its checksum.
pack() {
    mkdir -p .build/dist
    archive=".build/dist/$2.tar.xz"
    tar cf - -C "$1" --owner=0 --group=0 --sort=name "$2" | xz -T0 -"${DIST_LEVEL:-6}" > "$archive.part"
    mv "$archive.part" "$archive"
    (cd .build/dist && sha256sum "$2.tar.xz" > "$2.tar.xz.sha256")
    printf '%s: %s MB packed, %s MB unpacked\n' "$archive" "$(du -m "$archive" | cut -f1)" "$(du -sm "$1/$2" | cut -f1)"
}
