#!/usr/bin/env python3
"""The training step of this program beside the same network and losses in PyTorch, step by step in turn, as ratios.

    swift build -c release --product TrainingBenchmark
    python compare.py [--bf16 | --fp16] [--pairs 5] [--patch 64] [--start 32] [--width 128] [--batch 2] [--device cuda]

The Python that runs it needs torch, best of libtorch's own version (2.11.0). Both sides use as many threads as there are processors. Memory is that
of the process on the CPU, that of tensors on a GPU.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

# NNDET_BUILD: the folder of the built programs, where it is another than that of this checkout.
BUILD = os.environ.get("NNDET_BUILD") or pathlib.Path(__file__).resolve().parents[2] / ".build/release"
BENCHMARK = pathlib.Path(BUILD) / "TrainingBenchmark"


def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))


class Theirs:
    def __init__(self, options):
        import torch

        from network import Step

        torch.set_num_threads(os.cpu_count())
        torch.set_default_device(options.device)
        self.torch, self.gpu = torch, options.device == "cuda"
        torch.randn(8, 8) @ torch.randn(8, 8)
        self.before = status("VmRSS:")
        example = json.loads(subprocess.check_output([BENCHMARK, "describe", *arguments(options)]))
        half = torch.float16 if options.fp16 else torch.bfloat16 if options.bf16 else None
        self.step_once = Step(example, half, options.device)
        patch, batch = example["patch"], example["batch"]
        self.images = torch.randn(batch, example["modalities"], *patch)
        self.boxes = [torch.tensor([[3.0, 4, 14, 15, 5, 16], [20, 20, 29, 27, 20, 28]])] * batch
        self.classes = [torch.tensor([0, example["classes"] - 1])] * batch
        self.target = torch.zeros(batch, *patch, dtype=torch.long)
        self.target[:, 4:14, 5:15, 6:16] = 1
        self.target[:, 21:29, 21:27, 21:28] = 2

    def ask(self, what):
        start, cpu = time.perf_counter(), time.process_time()
        if what == "memory":
            return self.torch.cuda.max_memory_reserved() if self.gpu else status("VmHWM:") - self.before
        if what == "step":
            self.step_once(self.images, self.boxes, self.classes, self.target)
        else:
            self.step_once.network_alone(self.images)
        if self.gpu:
            self.torch.cuda.synchronize()
        return f"{time.perf_counter() - start} {time.process_time() - cpu}"


class Served:
    """A process that does what a line says and answers with a number."""

    def __init__(self, command):
        # Threads that wait sleep, on both sides: spinning would be punished wherever something else runs on the machine.
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return [float(number) for number in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def arguments(options):
    precision = "half" if options.fp16 else "mixed" if options.bf16 else "full"
    return [str(v) for v in (options.patch, options.start, options.width, options.batch, precision, options.device)]


def parser(patch, batch, pairs):
    """Options of a comparison, with these defaults."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--patch", type=int, default=patch)
    parser.add_argument("--start", type=int, default=32, help="channels of the first stage")
    parser.add_argument("--width", type=int, default=128, help="channels of pyramid and heads")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--pairs", type=int, default=pairs)
    parser.add_argument("--bf16", action="store_true")
    parser.set_defaults(fp16=False, device="cpu")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser


def main():
    choices = parser(patch=64, batch=2, pairs=5)
    choices.add_argument("--fp16", action="store_true", help="with a scaled loss, on a GPU")
    choices.add_argument("--device", choices=("cpu", "cuda"))
    options = choices.parse_args()
    if options.serve:
        theirs = Theirs(options)
        for line in sys.stdin:
            print(theirs.ask(line.strip()), flush=True)
        return

    ours = Served([BENCHMARK, "serve", *arguments(options)])
    theirs = Served([sys.executable, __file__, "--serve", *sys.argv[1:]])
    print(f"patch {options.patch}³, batch {options.batch}, start {options.start}, pyramid and heads {options.width}, "
          f"{'fp16' if options.fp16 else 'bf16' if options.bf16 else 'fp32'}, {options.device}, {os.cpu_count()} threads, {options.pairs} pairs")
    print("medians; ratios are medians over the pairs, of seconds on the clock and of seconds on the processors")
    print(f"{'':10}{'ours':>11}{'PyTorch':>10}{'clock':>8}{'processor':>11}")
    for what in ("step", "network"):
        for side in (ours, theirs):
            side.ask(what)
        pairs = []
        for index in range(options.pairs):
            order = [ours, theirs] if index % 2 == 0 else [theirs, ours]
            took = {side: side.ask(what) for side in order}
            pairs.append((took[ours], took[theirs]))
        mine, other = (statistics.median(p[i][0] for p in pairs) for i in (0, 1))
        clock, processor = (statistics.median(a[i] / b[i] for a, b in pairs) for i in (0, 1))
        print(f"{what:10}{mine:10.3f}s{other:9.3f}s{clock:8.3f}{processor:11.3f}", flush=True)
        if what == "step":
            print(f"{'images/s':10}{options.batch / mine:11.3f}{options.batch / other:10.3f}", flush=True)
            a, b = ours.ask("memory")[0] / 2**30, theirs.ask("memory")[0] / 2**30
            print(f"{'memory':10}{a:8.3f}GiB{b:7.3f}GiB{a / b:8.3f}", flush=True)
    print(f"anchors, matching and sampling: {1000 * ours.ask('swift')[0]:.1f} ms of a step")
    for side in (ours, theirs):
        side.close()


if __name__ == "__main__":
    main()
