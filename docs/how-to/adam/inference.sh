#!/bin/sh
# One case of the ADAM challenge: the images in $INPUT, $OUTPUT/result.txt as the answer.
set -eu
input="${INPUT:-/input}"
output="${OUTPUT:-/output}"
model="${MODEL:-/opt/adam/adam.nndet}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/case"
# The modalities in the order of the task: structural image, TOF.
ln -s "$(realpath "$input/pre/struct_aligned.nii.gz")" "$work/case/case_0000.nii.gz"
ln -s "$(realpath "$input/pre/TOF.nii.gz")" "$work/case/case_0001.nii.gz"

nndet predict --model "$model" --input "$work/case" --output "$work/found" --score all ${NNDET_OPTIONS:-}
nndet submission adam --predictions "$work/found" --score "${SCORE:-0.5}" --output "$work/result.txt"
mkdir -p "$output"
cp "$work/result.txt" "$output/result.txt"
