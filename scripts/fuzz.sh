#!/bin/sh
# Fuzzes the readers of everything that comes from outside with libFuzzer, which comes with the Swift toolchain.
#
#   scripts/fuzz.sh [SECONDS] [TARGET…]
#
# SECONDS: how long each target runs (default 600). TARGETs: those of Fuzzing/Fuzzer.swift (default all), two at a time. An input that crashes, takes
# longer than 5 s, or takes more memory than ten times its size and 64 MiB ends its target and is left in .build-fuzz/findings. Corpora stay in
# .build-fuzz/corpus, so that the next run resumes from them; Fuzzing/Seeds/TARGET has the files to begin with, past findings among them.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-600}
[ $# -eq 0 ] || shift
build=.build-fuzz
all="pickle nifti nifti-gz gzip nrrd nrrd-gz meta dicom segmentation npy npz safetensors task labels plan boxes markups coco nnunet"
[ $# -gt 0 ] || set -- $all

NNDET_FUZZ=1 swift build --scratch-path $build -c release --sanitize fuzzer --product Fuzzer
NNDET_FUZZ=1 swift build --scratch-path $build -c release --product CGDCM
python3 Fuzzing/make_seeds.py $build/seeds

fuzz() {
    mkdir -p "$build/corpus/$1" "$build/findings/$1"
    dictionary=
    if [ -e "Fuzzing/Dictionaries/$1.dict" ]; then dictionary="-dict=Fuzzing/Dictionaries/$1.dict"; fi
    seeds=
    for folder in "$build/seeds/$1" "Fuzzing/Seeds/$1"; do [ ! -d "$folder" ] || seeds="$seeds $folder"; done
    # Compressed inputs stand for up to a thousand times as much.
    case $1 in gzip | npz | nnunet) longest=16384 ;; *) longest=262144 ;; esac
    # shellcheck disable=SC2086
    NNDET_FUZZ_TARGET=$1 $build/release/Fuzzer -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=$longest -len_control=20 \
        $dictionary -artifact_prefix="$build/findings/$1/" -print_final_stats=1 "$build/corpus/$1" $seeds >"$build/$1.log" 2>&1 ||
        { printf 'fuzz: %s: FOUND, see %s and %s\n' "$1" "$build/$1.log" "$build/findings/$1"; return 1; }
    printf 'fuzz: %s: %s inputs in %s s, nothing found\n' "$1" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$1.log")" "$seconds"
}

failed=0
while [ $# -gt 0 ]; do
    fuzz "$1" & first=$!
    shift
    second=
    if [ $# -gt 0 ]; then fuzz "$1" & second=$!; shift; fi
    wait $first || failed=1
    [ -z "$second" ] || wait "$second" || failed=1
done
exit $failed
