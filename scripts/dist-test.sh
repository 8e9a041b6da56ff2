#!/bin/bash
# Runs a packed program in a root folder that has nothing but glibc: help in time, what it finds, and the whole chain on toy data.
# Usage: scripts/dist-test.sh [archive]     As root, for chroot. (default: the newest archive in .build/dist)
set -eu
cd "$(dirname "$0")/.."
archive="${1:-$(ls -t .build/dist/nndetection-[0-9]*.tar.xz | head -n 1)}"
[ "$(id -u)" = 0 ] || { printf 'dist-test: needs root, for chroot\n' >&2; exit 1; }
root=$(mktemp -d)
cleanup() {
    if mountpoint -q "$root/proc"; then umount "$root/proc"; fi
    rm -rf "$root"
}
trap cleanup EXIT
mkdir -p "$root/proc" "$root/tmp" "$root/lib64" "$root/lib/x86_64-linux-gnu" "$root/dev"
chmod 1777 "$root/tmp"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 444 "$root/dev/urandom" c 1 9
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
for name in c.so.6 m.so.6 pthread.so.0 dl.so.2 rt.so.1 util.so.1 resolv.so.2; do cp -L "/lib/x86_64-linux-gnu/lib$name" "$root/lib/x86_64-linux-gnu/"; done
mount -t proc proc "$root/proc"
tar xf "$archive" -C "$root/tmp"
# Anywhere, under any name.
mv "$root"/tmp/nndetection-* "$root/somewhere else"
program="/somewhere else/bin/nndet"
printf 'dist-test: %s, %s MB packed, %s MB unpacked\n' "$(basename "$archive")" "$(du -m "$archive" | cut -f1)" "$(du -sm "$root/somewhere else" | cut -f1)"

run() {
    printf '$ nndet %s\n' "$*"
    env -i det_data=/tmp/data det_models=/tmp/models det_verbose=0 det_num_threads=2 /usr/sbin/chroot "$root" "$program" "$@"
}

# The best of twenty starts: others may be at work on this machine. What counts is the time of processors, which they do not change much.
TIMEFORMAT='%R %U %S'
best=9999 clock=9999
for _ in $(seq 20); do
    read -r wall user system <<< "$( { time env -i /usr/sbin/chroot "$root" "$program" --help >/dev/null; } 2>&1)"
    read -r taken passed <<< "$(awk -v w="$wall" -v u="$user" -v s="$system" 'BEGIN { printf "%d %d", (u + s) * 1000, w * 1000 }')"
    [ "$taken" -ge "$best" ] || best=$taken
    [ "$passed" -ge "$clock" ] || clock=$passed
done
printf 'dist-test: nndet --help takes %s ms on the clock, %s ms of processor\n' "$clock" "$best"
[ "$best" -lt 50 ] || { printf 'dist-test: more than 50 ms\n' >&2; exit 1; }

run env
run env | grep -q 'libtorch  *2.11.0 (/somewhere else/' || { printf 'dist-test: another libtorch is used\n' >&2; exit 1; }
run env --check
model=RetinaUNetV001_D3V001_3d
run example --train 6 --test 2 --image-size 36
run run 000 --folds 2 -o train=toy trainer_cfg.max_num_epochs=1 trainer_cfg.swa_epochs=1 trainer_cfg.num_train_batches_per_epoch=4 \
    trainer_cfg.num_val_batches_per_epoch=1 trainer_cfg.warm_iterations=1
run predict --model /tmp/models/Task000D3_Example/$model --input /tmp/data/Task000D3_Example/raw_splitted/imagesTs --output /tmp/found --overview
for file in "tmp/models/Task000D3_Example/$model/consolidated/test_results/report.html" tmp/found/case_6_boxes.png; do
    [ -s "$root/$file" ] || { printf 'dist-test: %s was not written\n' "$file" >&2; exit 1; }
done
printf 'dist-test: works\n'
