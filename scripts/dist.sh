#!/bin/sh
# Packs the built program with everything that it needs but glibc into one archive that runs from any folder.
# Usage: scripts/dist.sh [--cuda] [--folder <folder>]    (--cuda: with the libraries for NVIDIA GPUs, after scripts/bootstrap.sh --cuda;
# --folder: leaves the files in a folder in place of an archive)
set -eu
cd "$(dirname "$0")/.."
. scripts/portable.sh
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
packing_tools patchelf xz-utils fonts-dejavu-core

version=$("$build/nndet" --version)
name="nndetection-$version-linux-$(uname -m)"
[ $cuda = no ] || name="$name-cuda"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root="$work/$name"
lib="$root/lib/nndetection"
mkdir -p "$root/bin" "$lib/libtorch" "$root/share/nndetection/fonts"

# The program, the two libraries that it opens, and all that they link.
install -m 755 "$build/nndet" "$root/bin/nndet"
install -m 755 "$build/libCTorch.so" "$build/libCGDCM.so" "$lib/"
copy_libraries "$lib" "$build/nndet" "$build/libCGDCM.so" "$build/libCTorch.so"
patchelf --set-rpath '$ORIGIN/../lib/nndetection' "$root/bin/nndet"
patchelf --set-rpath '$ORIGIN:$ORIGIN/libtorch/torch/lib' "$lib/libCTorch.so"
strip --strip-unneeded "$root/bin/nndet" "$lib"/libCTorch.so "$lib"/libCGDCM.so

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
pack "$work" "$name"
