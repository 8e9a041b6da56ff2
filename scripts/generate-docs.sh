#!/bin/sh
# Writes the pages of docs/reference that come from the program: the command line and the configuration keys.
# Usage: scripts/generate-docs.sh [--check]     (--check: changes nothing, fails where a page is out of date)
# NNDET_BUILD: the folder of the program (default: .build/release)
set -eu
cd "$(dirname "$0")/.."
nndet="${NNDET_BUILD:-.build/release}/nndet"
status=0
page() {
    if [ "${check:-no}" = yes ]; then
        if ! "$nndet" $2 | cmp -s - "docs/reference/$1"; then
            printf 'docs/reference/%s is out of date: run "make docs"\n' "$1" >&2
            status=1
        fi
    else
        "$nndet" $2 > "docs/reference/$1"
    fi
}
[ "${1:-}" != --check ] || check=yes
page command-line.md "manual --reference"
page configuration-keys.md "config --reference"
exit $status
