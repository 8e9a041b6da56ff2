#!/bin/sh
# Fuzzes the pickle interpreter with libFuzzer, which comes with the Swift toolchain.
#
#   scripts/fuzz-pickle.sh [SECONDS] [FOLDER…]
#
# SECONDS: how long (default 600). FOLDERs: further files to begin with. An input that crashes, takes longer than 10 s or too much memory ends the
# run and is left in .build/fuzz. Build and corpus stay in .build/fuzz, so that a second run goes on from them.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-600}
[ $# -eq 0 ] || shift
build=.build/fuzz
mkdir -p "$build/corpus"
include="-I $build -I Fuzzing/CMalloc -I Sources/CZlib -I Sources/CDeflate"
flags="-O -swift-version 6 -package-name nndetection -parse-as-library -sanitize=fuzzer"

# Each module in one piece; of Support only what the interpreter needs is linked.
for module in Support Pickle; do
    # shellcheck disable=SC2086,SC2046
    swiftc $flags $include -module-name $module -emit-module -emit-module-path "$build/$module.swiftmodule" \
        -whole-module-optimization -c -o "$build/$module.o" $(find Sources/$module -name '*.swift')
done
# shellcheck disable=SC2086
swiftc $flags $include -module-name PickleFuzzer Fuzzing/PickleFuzzer.swift "$build/Support.o" "$build/Pickle.o" -lz -ldeflate \
    -o "$build/pickle-fuzzer"

# Names and opcodes that chance would take long to find.
cat >"$build/words.dict" <<'WORDS'
"numpy.core.multiarray"
"numpy._core.multiarray"
"_reconstruct"
"scalar"
"numpy"
"dtype"
"ndarray"
"_frombuffer"
"collections"
"OrderedDict"
"defaultdict"
"builtins"
"bytearray"
"slice"
"frozenset"
"_codecs"
"encode"
"latin1"
"pathlib"
"PosixPath"
"torch._utils"
"_rebuild_tensor_v2"
"torch"
"FloatStorage"
"storage"
"\x80\x04\x95"
"\x8c\x93\x94R"
"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"PK\x01\x02"
"PK\x05\x06"
"<f4"
"<U6"
"O8"
WORDS

"$build/pickle-fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=512 -malloc_limit_mb=64 -max_len=65536 -len_control=20 \
    -dict="$build/words.dict" -artifact_prefix="$build/" -print_final_stats=1 "$build/corpus" Tests/PickleTests/Reference "$@"
