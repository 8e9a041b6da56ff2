#!/bin/sh
# Makes the API's documentation with DocC, one archive per library, and fails at any warning.
# Usage: scripts/api-docs.sh [target …]     (default: all libraries of Sources; into .build/docc)
set -eu
cd "$(dirname "$0")/.."
command -v docc >/dev/null 2>&1 || { printf 'api-docs: the toolchain has no docc\n' >&2; exit 1; }
build="${NNDET_BUILD:-.build/release}"
graphs=.build/symbol-graphs
[ $# -gt 0 ] || set -- Support Torch Imaging Boxes Core Planning Preprocessing Augmentation Detector Evaluation Inference Training Report Pickle Interop Datasets Pipeline
rm -rf "$graphs" .build/docc
mkdir -p .build/docc
status=0
maps=""
for module in CTorchABI CGDCMABI; do maps="$maps -Xcc -fmodule-map-file=$build/$module.build/module.modulemap -Xcc -ISources/$module/include"; done
for module in CZlib CDeflate CCairo; do maps="$maps -Xcc -fmodule-map-file=Sources/$module/module.modulemap"; done
maps="$maps -Xcc -fmodule-map-file=.build/checkouts/Yams/Sources/CYaml/include/module.modulemap $(pkg-config --cflags-only-I cairo | sed 's/-I/-Xcc -I/g')"
for target in "$@"; do
    mkdir -p "$graphs/$target"
    # shellcheck disable=SC2086
    swift symbolgraph-extract -module-name "$target" -I "$build/Modules" $maps -target "$(swift -print-target-info | sed -n 's/.*"triple": "\(.*\)",/\1/p' | head -n 1)" \
        -minimum-access-level public -output-dir "$graphs/$target"
    # What is said of types of other modules belongs to their own pages.
    find "$graphs/$target" -name "*@*.symbols.json" -delete
    log=".build/docc/$target.log"
    docc convert --fallback-display-name "$target" --fallback-bundle-identifier "nndetection.$target" --additional-symbol-graph-dir "$graphs/$target" \
        --output-path ".build/docc/$target.doccarchive" > "$log" 2>&1 || { cat "$log" >&2; status=1; }
    if grep -A 3 -E '^(warning|error):' "$log" >&2; then
        printf 'api-docs: %s has warnings\n' "$target" >&2
        status=1
    fi
done
[ $status = 0 ] && printf 'api-docs: no warnings; archives in .build/docc\n'
exit $status
