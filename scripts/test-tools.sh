#!/bin/sh
# Installs what only the tests need: a headless browser that looks at reports (Debian's Chromium), and into a cache folder MLflow, to read back what
# training tells it. Prints the folder.
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
printf '%s\n' "$folder"
