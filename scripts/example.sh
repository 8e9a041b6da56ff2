#!/bin/sh
# Runs the whole chain on the toy task, each step as its own command, in the folder ./example (or the one that EXAMPLE names).
# SEED, TRAIN, TEST and SIZE change the toy task; run it again and finished steps are not done again.
set -eu
cd "$(dirname "$0")/.."
folder="${EXAMPLE:-$PWD/example}"
seed="${SEED:-0}"
mkdir -p "$folder"
det_data="$folder/data"
det_models="$folder/models"
det_num_threads="${det_num_threads:-4}"
export det_data det_models det_num_threads
PATH="$PWD/.build/release:$PATH"
model=RetinaUNetV001_D3V001_3d
fold="$det_models/Task000D3_Example/$model/fold0"

step() {
    printf '\n$ nndet %s\n' "$*"
    begun=$(date +%s)
    nndet "$@"
    printf '  (%s s)\n' "$(($(date +%s) - begun))"
}

step example --train "${TRAIN:-20}" --test "${TEST:-20}" --image-size "${SIZE:-48}" --seed "$seed"
step prep 000 -o seed="$seed"
step unpack "$det_data/Task000D3_Example/preprocessed/D3V001_3d/imagesTr" 2
if [ -e "$fold/model_final.safetensors" ]; then
    printf '\n(fold 0 is trained already: %s)\n' "$fold"
else
    step train 000 -o train=toy seed="$seed"
fi
step sweep 000 $model 0
step consolidate 000 $model --num_folds 1 --sweep_boxes
step predict 000 $model --fold -1
step eval 000 $model -1 --test --boxes
step report 000 $model -1 --test
printf '\nEverything is in %s\n' "$folder"
