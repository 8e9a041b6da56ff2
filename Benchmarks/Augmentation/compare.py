"""The transforms of base_more beside batchgenerators on the same patches, one thread each, in one run.

    pip install numpy batchgenerators==0.25
    swift build -c release --product AugmentationBenchmark
    OMP_NUM_THREADS=1 python3 Benchmarks/Augmentation/compare.py [.build/release/AugmentationBenchmark]
"""
import json
import subprocess
import sys
import time

import numpy as np
from batchgenerators.transforms.abstract_transforms import Compose
from batchgenerators.transforms.color_transforms import (BrightnessMultiplicativeTransform, ContrastAugmentationTransform,
                                                         GammaTransform)
from batchgenerators.transforms.noise_transforms import GaussianBlurTransform, GaussianNoiseTransform
from batchgenerators.transforms.spatial_transforms import MirrorTransform, SpatialTransform

program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/AugmentationBenchmark"
angle = (-30 / 360 * 2 * np.pi, 30 / 360 * 2 * np.pi)


def pipeline(size, order):
    return Compose([
        SpatialTransform((size,) * 3, patch_center_dist_from_border=None, do_elastic_deform=False, do_rotation=True, angle_x=angle,
                         angle_y=angle, angle_z=angle, p_rot_per_sample=0.2, do_scale=True, scale=(0.7, 1.4), p_scale_per_sample=0.2,
                         border_mode_data="constant", border_cval_data=0, order_data=order, border_mode_seg="constant",
                         border_cval_seg=0, order_seg=0, random_crop=False),
        GaussianNoiseTransform(p_per_sample=0.1),
        GaussianBlurTransform((0.5, 1.0), different_sigma_per_channel=True, p_per_sample=0.2, p_per_channel=0.5),
        BrightnessMultiplicativeTransform((0.75, 1.25), p_per_sample=0.15),
        ContrastAugmentationTransform(p_per_sample=0.15),
        GammaTransform((0.7, 1.5), True, True, retain_stats=True, p_per_sample=0.1),
        GammaTransform((0.7, 1.5), False, True, retain_stats=True, p_per_sample=0.3),
        MirrorTransform((0, 1, 2)),
    ])


for size, order, samples in ((96, 3, 30), (96, 1, 30), (128, 3, 20), (128, 1, 20)):
    mine = json.loads(subprocess.run([program, str(size), "base_more", str(order), str(samples * 3)], check=True, capture_output=True,
                                     text=True).stdout)
    cut = mine["generator"]
    rng = np.random.default_rng(0)
    np.random.seed(0)
    data = rng.standard_normal((1, 1, *cut), dtype=np.float32)
    seg = (np.arange(np.prod(cut)) // 4096 % 5).reshape(1, 1, *cut).astype(np.float32)
    transform = pipeline(size, order)
    seconds = 0.0
    for _ in range(samples):
        batch = {"data": data.copy(), "seg": seg.copy()}
        start = time.perf_counter()
        transform(**batch)
        seconds += time.perf_counter() - start
    theirs = samples / seconds
    print(f"{size}³ order {order}: {mine['samples_per_second']:.1f} samples/s, batchgenerators {theirs:.2f}, "
          f"{mine['samples_per_second'] / theirs:.1f}×; peak {mine['peak_over_patch']:.2f} × the cut patch", flush=True)
