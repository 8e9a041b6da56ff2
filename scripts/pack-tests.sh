#!/bin/sh
# Packs the built tests, the program and the benchmark of training with all that they link but glibc and libtorch: for a machine that has a GPU and no
# Swift. Usage: scripts/pack-tests.sh     after 'make test'. There, with PyTorch 2.11.0 for python3 or its folder in NNDET_LIBTORCH:
#   ./run tests                                        what runs on every device: network, losses, training, resuming
#   ./run tests --filter <regular expression>          other tests
#   ./run compare.py --device cuda --bf16 --patch 128  the benchmark beside PyTorch
# NNDET_CONFORMANCE names the folder of the tests' reference data, which is not packed: without it the tests that compare with it have no cases.
set -eu
cd "$(dirname "$0")/.."
. scripts/portable.sh
build=.build/release
programs="nndetectionPackageTests.xctest nndet TrainingBenchmark"
for file in $programs; do
    [ -x "$build/$file" ] || { printf 'pack-tests: %s is missing; run make test first\n' "$build/$file" >&2; exit 1; }
done
packing_tools patchelf xz-utils

name="nndetection-tests-$("$build/nndet" --version)-linux-$(uname -m)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root="$work/$name"
mkdir -p "$root/bin" "$root/lib"
for file in $programs libCTorch.so libCGDCM.so; do install -m 755 "$build/$file" "$root/bin/"; done
(cd "$build" && copy_libraries "$root/lib" $programs libCTorch.so libCGDCM.so)
for file in "$root"/bin/*; do
    patchelf --set-rpath '$ORIGIN/../lib' "$file"
    strip --strip-unneeded "$file"
done
cp Benchmarks/Training/compare.py Benchmarks/Training/network.py "$root/"
suites="$(grep -rhoE 'onEveryDevice\) struct [A-Za-z]+' Tests | awk '{ printf "%s|", $3 }')KilledTrainingTests"
sed "s/@suites@/$suites/" > "$root/run" <<'EOF'
#!/bin/sh
# Runs the packed tests (`./run tests [--filter …]`) or the benchmark (`./run compare.py …`) with the libtorch of python3's PyTorch.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${NNDET_LIBTORCH:=$(python3 -c 'import pathlib, torch; print(pathlib.Path(torch.__file__).parents[1])')}"
export NNDET_LIBTORCH NNDET_BUILD="$here/bin"
what="${1:-}"
[ $# -eq 0 ] || shift
case "$what" in
    tests)
        [ $# -gt 0 ] || set -- --filter '@suites@'
        LD_LIBRARY_PATH="$NNDET_LIBTORCH/torch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
            exec "$here/bin/nndetectionPackageTests.xctest" --testing-library swift-testing --no-parallel "$@" ;;
    compare.py) exec python3 "$here/compare.py" "$@" ;;
    *) printf 'run: tests or compare.py\n' >&2; exit 2 ;;
esac
EOF
chmod 755 "$root/run"
pack "$work" "$name"
