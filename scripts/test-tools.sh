#!/bin/sh
# Installs what only the tests need: a headless browser that looks at reports (Debian's Chromium), and into a cache folder the packages of
# test-tools.txt: MLflow, to read back what training tells it, and PyTorch (for the CPU), to load what export-python writes, and readers of images to compare with. Prints the
# folder.
set -eu
packages="$(dirname "$0")/test-tools.txt"
root=""
[ "$(id -u)" = 0 ] || root="sudo"
if ! command -v chromium >/dev/null 2>&1; then
    printf 'test-tools: installing chromium\n' >&2
    $root apt-get update -qq >&2 || true
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 ||
        printf 'test-tools: chromium cannot be installed; the tests of reports in a browser are skipped\n' >&2
fi
folder="${NNDET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nndetection}/python-tests"
if ! cmp -s "$packages" "$folder/complete"; then
    printf 'test-tools: installing MLflow, PyTorch and readers of images into %s\n' "$folder" >&2
    rm -rf "$folder"
    if ! python3 -m pip --version >/dev/null 2>&1; then
        DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends python3 python3-pip >&2
    fi
    list="$packages"
    if [ "$(python3 -c 'import sys; print(sys.version_info[:2])')" != '(3, 11)' ]; then
        # Another Python takes other files of the same versions.
        list="$(mktemp)"
        trap 'rm -f "$list"' EXIT
        sed 's/ --hash=.*//' "$packages" >"$list"
    fi
    install() {
        python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --no-deps --only-binary :all: --target "$folder" "$@" -r "$list" >&2
    }
    # Builds of PyTorch for the CPU alone lie on its own index, where pip knows none that has them.
    install 2>/dev/null || install --extra-index-url https://download.pytorch.org/whl/cpu
    cp "$packages" "$folder/complete"
fi
printf '%s\n' "$folder"
