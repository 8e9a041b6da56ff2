#!/bin/sh
# Installs what a build needs and is missing: Debian packages, and libtorch into a cache folder that .libtorch links to.
# Quick when everything is there. Usage: scripts/bootstrap.sh [--cuda]   (--cuda: also the libraries for NVIDIA GPUs; default where one is present)
set -eu
cd "$(dirname "$0")/.."

version=2.11.0
cache="${NNDET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nndetection}"
libtorch="$cache/libtorch-$version"
cuda=no
if [ -e /dev/nvidiactl ] || [ -e /dev/dxg ]; then cuda=yes; fi
if [ "${1:-}" = "--cuda" ]; then cuda=yes; fi

say() { printf 'bootstrap: %s\n' "$*"; }
fail() { printf 'bootstrap: %s\n' "$*" >&2; exit 1; }

command -v swift >/dev/null 2>&1 || fail "no Swift toolchain found; install Swift 6.3 from https://www.swift.org/install/linux and run this again"

# 1. Debian packages.
packages="libgdcm-dev libcairo2-dev zlib1g-dev libdeflate-dev pkg-config"
missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
python3 -m pip --version >/dev/null 2>&1 || [ -e "$libtorch/complete" ] || missing="$missing python3 python3-pip"
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null 2>&1 || fail "please install:$missing"
    root=""
    [ "$(id -u)" = 0 ] || root="sudo"
    say "installing$missing"
    $root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# 2. libtorch, unless NNDET_LIBTORCH names a copy of one's own.
if [ -n "${NNDET_LIBTORCH:-}" ]; then
    say "using libtorch in $NNDET_LIBTORCH"
    exit 0
fi
# Fetches what `$2` requires into `$1`. The requirements name a hash for each wheel: pip refuses anything else.
fetch() {
    python3 -m pip download -q --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
        --python-version 3.11 --implementation cp --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
        --platform manylinux_2_25_x86_64 --platform manylinux_2_18_x86_64 --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 \
        -d "$1" -r "$2"
}
unpack() {
    # The parts of a wheel that are libraries or headers; python's own unzip, so that no other is needed.
    python3 - "$1" "$2" "$3" <<'PYTHON'
import re, sys, zipfile
wheel, target, pattern = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [n for n in archive.namelist() if re.match(pattern, n)])
PYTHON
}
if [ ! -e "$libtorch/complete" ]; then
    say "fetching libtorch $version (about 550 MB) into $libtorch"
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/unpack.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    fetch "$work/wheels" scripts/libtorch.txt
    unpack "$work"/wheels/torch-*.whl "$work/libtorch" 'torch/(include/.*|lib/(libtorch_cpu|libc10|libgomp).*)$'
    for wheel in "$work"/wheels/nvidia_cuda_*.whl; do unpack "$wheel" "$work/libtorch" 'nvidia/.*/lib/lib(cudart|cupti)\.so.*$'; done
    touch "$work/libtorch/complete"
    rm -rf "$libtorch"
    mv "$work/libtorch" "$libtorch"
    rm -rf "$work"
    trap - EXIT
fi
if [ "$cuda" = yes ] && [ ! -e "$libtorch/complete-cuda" ]; then
    say "fetching the CUDA libraries of libtorch (about 2.5 GB)"
    work=$(mktemp -d "$cache/unpack.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    fetch "$work/wheels" scripts/libtorch-cuda.txt
    for wheel in "$work"/wheels/nvidia_*.whl "$work"/wheels/torch-*.whl; do unpack "$wheel" "$libtorch" '(torch|nvidia/.*)/lib/.*\.so.*$'; done
    touch "$libtorch/complete-cuda"
    rm -rf "$work"
    trap - EXIT
fi
ln -sfn "$libtorch" .libtorch
