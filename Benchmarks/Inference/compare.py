#!/usr/bin/env python3
"""Prediction of a case by this program beside the same tiles through the same network in PyTorch, in turn, as ratios.

    swift build -c release --product TrainingBenchmark
    python compare.py [--bf16] [--pairs 3] [--size 128] [--patch 96] [--start 32] [--width 128] [--batch 1]

Ours is the whole way from voxels to joined detections; theirs is the network alone, as the original runs it. The Python that runs this needs
torch, best of libtorch's own version (2.11.0). Both sides use as many threads as there are processors; no mirroring.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

TRAINING = pathlib.Path(__file__).resolve().parents[1] / "Training"
sys.path.insert(0, str(TRAINING))
from compare import BENCHMARK, Served, arguments, parser  # noqa: E402


class Theirs:
    def __init__(self, options):
        import torch

        from network import RetinaUNet

        torch.set_num_threads(os.cpu_count())
        self.torch, self.options = torch, options
        self.example = json.loads(subprocess.check_output([BENCHMARK, "describe", *arguments(options)]))
        self.network = RetinaUNet(self.example).eval()

    def predict(self, tiles):
        torch, batch = self.torch, self.options.batch
        images = torch.randn(tiles, 1, *self.example["patch"])
        start, cpu = time.perf_counter(), time.process_time()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.options.bf16):
            for first in range(0, tiles, batch):
                self.network(images[first : first + batch])
        return f"{time.perf_counter() - start} {time.process_time() - cpu}"


def main():
    choices = parser(patch=96, batch=1, pairs=3)
    choices.add_argument("--size", type=int, default=128, help="voxels along each axis of the case")
    options = choices.parse_args()
    if options.serve:
        theirs = Theirs(options)
        for line in sys.stdin:
            print(theirs.predict(int(line)), flush=True)
        return

    ours = Served([BENCHMARK, "serve", *arguments(options)])
    theirs = Served([sys.executable, __file__, "--serve", *sys.argv[1:]])
    tiles = int(ours.ask(f"case {options.size}")[4])
    theirs.ask(str(min(tiles, options.batch)))
    pairs = []
    for index in range(options.pairs):
        ask = {ours: f"case {options.size}", theirs: str(tiles)}
        order = [ours, theirs] if index % 2 == 0 else [theirs, ours]
        took = {side: side.ask(ask[side]) for side in order}
        pairs.append((took[ours], took[theirs]))

    def median(value):
        return statistics.median(value(mine, other) for mine, other in pairs)

    print(f"case {options.size}³, patch {options.patch}³, {tiles} tiles, batch {options.batch}, start {options.start}, pyramid and heads "
          f"{options.width}, {'bf16' if options.bf16 else 'fp32'}, {os.cpu_count()} threads; medians of {options.pairs} pairs")
    print(f"{'':24}{'clock':>10}{'processor':>11}")
    for name, value in (
        ("ours, s", lambda i, mine, other: mine[i]),
        ("PyTorch's network, s", lambda i, mine, other: other[i]),
        ("ratio", lambda i, mine, other: mine[i] / other[i]),
        ("outside the network, %", lambda i, mine, other: 100 * (1 - mine[2 + i] / mine[i])),
    ):
        print(f"{name:24}" + "".join(f"{median(lambda mine, other: value(i, mine, other)):{10 + i}.3f}" for i in (0, 1)))
    for side in (ours, theirs):
        side.close()


if __name__ == "__main__":
    main()
