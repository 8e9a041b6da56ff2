#!/bin/sh
# Packs the built program with everything that it needs but glibc into one archive that runs from any folder.
# Usage: scripts/dist.sh [--cuda] [--folder <folder>]    (--cuda: with the libraries for NVIDIA GPUs, after scripts/bootstrap.sh --cuda;
# --folder: leaves the files in a folder in place of an archive)
set -eu
cd "$(dirname "$0")/.."
build=.build/release
cuda=no
folder=""
while [ $# -gt 0 ]; do
    case "$1" in
        --cuda) cuda=yes ;;
        --folder) folder="$2"; shift ;;
        *) printf 'dist: unknown option %s\n' "$1" >&2; exit 2 ;;
    esac
    shift
done

say() { printf 'dist: %s\n' "$*"; }
fail() { printf 'dist: %s\n' "$*" >&2; exit 1; }

libtorch="${NNDET_LIBTORCH:-.libtorch}"
[ -x "$build/nndet" ] || fail "$build/nndet is missing; run 'make build' first"
[ -e "$libtorch/torch/lib/libtorch_cpu.so" ] || fail "$libtorch holds no libtorch; run scripts/bootstrap.sh first"
[ $cuda = no ] || [ -e "$libtorch/complete-cuda" ] || fail "libtorch has no CUDA libraries; run 'scripts/bootstrap.sh --cuda' first"
missing=""
for tool in patchelf xz; do command -v $tool >/dev/null 2>&1 || missing="$missing $tool"; done
[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$missing fonts-dejavu-core"
if [ -n "$missing" ]; then
    say "installing$missing"
    root=""
    [ "$(id -u)" = 0 ] || root="sudo"
    $root apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $(printf '%s' "$missing" | sed 's/xz/xz-utils/') >/dev/null
fi

version=$("$build/nndet" --version)
name="nndetection-$version-linux-$(uname -m)"
[ $cuda = no ] || name="$name-cuda"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root="$work/$name"
lib="$root/lib/nndetection"
mkdir -p "$root/bin" "$lib/libtorch" "$root/share/nndetection/fonts"

# What a system with glibc has anyway, and what must fit its kernel and loader.
ours() {
    case "$(basename "$1")" in
        ld-linux*|libc.so.*|libm.so.*|libpthread.so.*|libdl.so.*|librt.so.*|libutil.so.*|libresolv.so.*|libmvec.so.*|libanl.so.*|libnsl.so.*|libnss_*) return 1 ;;
        *) return 0 ;;
    esac
}

# The program, the two libraries that it opens, and all that they link.
install -m 755 "$build/nndet" "$root/bin/nndet"
install -m 755 "$build/libCTorch.so" "$build/libCITK.so" "$lib/"
for file in "$build/nndet" "$build/libCITK.so" "$build/libCTorch.so"; do
    ldd "$file" | awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }'
done | sort -u | while read -r soname path; do
    case "$path" in */torch/lib/*|*/nvidia/*) continue ;; esac
    if ours "$soname"; then install -m 644 "$path" "$lib/$soname"; fi
done
for file in "$lib"/*.so*; do patchelf --set-rpath '$ORIGIN' "$file"; done
patchelf --set-rpath '$ORIGIN/../lib/nndetection' "$root/bin/nndet"
patchelf --set-rpath '$ORIGIN:$ORIGIN/libtorch/torch/lib' "$lib/libCTorch.so"
strip --strip-unneeded "$root/bin/nndet" "$lib"/libCTorch.so "$lib"/libCITK.so

# libtorch keeps its own tree, by which its libraries find each other.
if [ $cuda = yes ]; then
    patterns='torch/lib/*.so* nvidia/*/lib/*.so*'
else
    patterns='torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/lib/libgomp* nvidia/*/lib/libcudart.so* nvidia/*/lib/libcupti.so*'
fi
(
    cd "$libtorch"
    # shellcheck disable=SC2086
    tar cf - --hard-dereference $patterns
) | tar xf - -C "$lib/libtorch"

# A font for the pictures, for systems that have none.
cp /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf /usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf scripts/fonts.conf "$root/share/nndetection/fonts/"
# The configuration files are within the program; these copies are for reading.
mkdir -p "$root/share/nndetection/conf"
cp -r Sources/Core/Conf/. "$root/share/nndetection/conf/"
scripts/install-extras.sh "$build/nndet" "$root"
cp LICENSE README.md THIRD_PARTY.md CHANGELOG.md "$root/"
printf 'Licences of the bundled libraries: see THIRD_PARTY.md.\n' > "$root/share/nndetection/README"
find "$root" -type d -exec chmod 755 {} +

if [ -n "$folder" ]; then
    rm -rf "$folder"
    mkdir -p "$(dirname "$folder")"
    mv "$root" "$folder"
    say "$folder: $(du -sm "$folder" | cut -f1) MB"
    exit 0
fi
mkdir -p .build/dist
archive=".build/dist/$name.tar.xz"
tar cf - -C "$work" --owner=0 --group=0 --sort=name "$name" | xz -T0 -"${DIST_LEVEL:-6}" > "$archive.part"
mv "$archive.part" "$archive"
(cd .build/dist && sha256sum "$name.tar.xz" > "$name.tar.xz.sha256")
say "$archive: $(du -m "$archive" | cut -f1) MB packed, $(du -sm "$root" | cut -f1) MB unpacked"
