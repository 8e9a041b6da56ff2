"""Resampling beside scikit-image, in one run: time, ratio, largest difference, memory.

    pip install numpy scikit-image
    swift build -c release --product ResamplingBenchmark
    python3 Benchmarks/Resampling/compare.py [.build/release/ResamplingBenchmark]
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
from skimage.transform import resize

program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/ResamplingBenchmark"
folder = pathlib.Path(tempfile.mkdtemp())
rng = np.random.default_rng(0)


def ours(*words):
    return json.loads(subprocess.run([program, *map(str, words)], check=True, capture_output=True, text=True).stdout)


def body(shape):
    """Something like a CT: smooth organs, noise, whole numbers."""
    axes = np.meshgrid(*[np.linspace(-1, 1, n, dtype=np.float32) for n in shape], indexing="ij", sparse=True)
    radius = sum(a * a for a in axes)
    image = np.where(radius < 0.8, 40 + 200 * np.sin(9 * axes[0]) * np.cos(7 * axes[1] + 5 * axes[2]), -1000).astype(np.float32)
    return np.round(image + 15 * rng.standard_normal(shape, dtype=np.float32))


def compare(name, shape, target, order, repetitions):
    data = body(shape) if order == 3 else (np.arange(np.prod(shape)) // 5000 % 7).reshape(shape).astype(np.int32)
    np.save(folder / "in.npy", data)
    mine = ours("resample", folder / "in.npy", folder / "out.npy", *target, "cubic" if order == 3 else "nearest", repetitions)
    start = time.perf_counter()
    theirs = resize(data.astype(float), target, order, mode="edge", clip=True, anti_aliasing=False)
    seconds = time.perf_counter() - start
    result = np.load(folder / "out.npy")
    difference = float(np.abs(result - theirs).max())
    line = f"{name}: {mine['seconds']:.3f} s, scikit-image {seconds:.2f} s, {seconds / mine['seconds']:.0f}×; largest difference {difference:.2g}"
    if order == 3:
        line += f" (range {np.ptp(data):.0f}); peak {mine['peak'] / (data.nbytes + result.nbytes):.2f} × the bytes of input and output"
    print(line, flush=True)


compare("144³ → 180³ cubic", (144,) * 3, (180,) * 3, 3, 5)
compare("144³ → 180³ nearest", (144,) * 3, (180,) * 3, 0, 5)
compare("120×512×512 → 240×512×512 cubic", (120, 512, 512), (240, 512, 512), 3, 3)
compare("120×512×512 → 300×358×358 cubic", (120, 512, 512), (300, 358, 358), 3, 3)
