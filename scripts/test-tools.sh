#!/bin/sh
# Installs what only the tests need: a headless browser that looks at reports (Debian's Chromium), and into a cache folder MLflow, to read back what
# training tells it, and PyTorch (for the CPU), to load what export-python writes. Prints the folder.
set -eu
root=""
[ "$(id -u)" = 0 ] || root="sudo"
if ! command -v chromium >/dev/null 2>&1; then
    printf 'test-tools: installing chromium\n' >&2
    $root apt-get update -qq >&2 || true
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 ||
        printf 'test-tools: chromium cannot be installed; the tests of reports in a browser are skipped\n' >&2
fi
version=3.17.2
folder="${NNDET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nndetection}/python-mlflow-$version"
if [ ! -e "$folder/complete" ]; then
    printf 'test-tools: installing MLflow %s into %s\n' "$version" "$folder" >&2
    rm -rf "$folder"
    if ! python3 -m pip --version >/dev/null 2>&1; then
        DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends python3 python3-pip >&2
    fi
    python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" "mlflow==$version" >&2
    touch "$folder/complete"
fi
torch=2.13.0
if [ ! -e "$folder/complete-torch-$torch" ]; then
    printf 'test-tools: installing PyTorch %s for the CPU into %s\n' "$torch" "$folder" >&2
    install() { python3 -m pip install -q --disable-pip-version-check --root-user-action ignore --target "$folder" "$@" "torch==$torch+cpu" >&2; }
    # Builds for the CPU alone lie on PyTorch's own index, where pip knows none that has them.
    install 2>/dev/null || install --extra-index-url https://download.pytorch.org/whl/cpu
    touch "$folder/complete-torch-$torch"
fi
printf '%s\n' "$folder"
