"""The transforms of base_more beside batchgenerators and batchgeneratorsv2 on the same patches, one thread each, in one run.

    pip install numpy pandas torch batchgenerators==0.25 batchgeneratorsv2==0.3.6
    swift build -c release --product AugmentationBenchmark
    python3 Benchmarks/Augmentation/compare.py [rounds]

Each round measures all programs one after another; the ratio is the median of the rounds' ratios. Times are processor times of one thread,
so that other work on the machine lengthens them little. batchgeneratorsv2 knows linear interpolation of images only.
"""
import json
import os
import statistics
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import torch
from batchgenerators.transforms import color_transforms, noise_transforms, spatial_transforms
from batchgenerators.transforms.abstract_transforms import Compose
from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
from batchgeneratorsv2.transforms.intensity.contrast import BGContrast, ContrastTransform
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
from batchgeneratorsv2.transforms.utils.compose import ComposeTransforms
from batchgeneratorsv2.transforms.utils.random import RandomTransform

torch.set_num_threads(1)
program = ".build/release/AugmentationBenchmark"
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
angle = (-30 / 360 * 2 * np.pi, 30 / 360 * 2 * np.pi)


def batchgenerators(size, order):
    return Compose([
        spatial_transforms.SpatialTransform(
            (size,) * 3, patch_center_dist_from_border=None, do_elastic_deform=False, do_rotation=True, angle_x=angle, angle_y=angle,
            angle_z=angle, p_rot_per_sample=0.2, do_scale=True, scale=(0.7, 1.4), p_scale_per_sample=0.2, border_mode_data="constant",
            border_cval_data=0, order_data=order, border_mode_seg="constant", border_cval_seg=0, order_seg=0, random_crop=False),
        noise_transforms.GaussianNoiseTransform(p_per_sample=0.1),
        noise_transforms.GaussianBlurTransform((0.5, 1.0), different_sigma_per_channel=True, p_per_sample=0.2, p_per_channel=0.5),
        color_transforms.BrightnessMultiplicativeTransform((0.75, 1.25), p_per_sample=0.15),
        color_transforms.ContrastAugmentationTransform(p_per_sample=0.15),
        color_transforms.GammaTransform((0.7, 1.5), True, True, retain_stats=True, p_per_sample=0.1),
        color_transforms.GammaTransform((0.7, 1.5), False, True, retain_stats=True, p_per_sample=0.3),
        spatial_transforms.MirrorTransform((0, 1, 2)),
    ])


def batchgenerators2(size):
    gamma = BGContrast((0.7, 1.5))
    return ComposeTransforms([
        SpatialTransform(
            (size,) * 3, patch_center_dist_from_border=0, random_crop=False, p_rotation=0.2, rotation=angle, p_scaling=0.2,
            scaling=BGContrast((0.7, 1.4)), p_synchronize_scaling_across_axes=1, mode_seg="nearest"),
        RandomTransform(GaussianNoiseTransform((0, 0.1), synchronize_channels=True), 0.1),
        RandomTransform(GaussianBlurTransform((0.5, 1.0), p_per_channel=0.5), 0.2),
        RandomTransform(MultiplicativeBrightnessTransform(BGContrast((0.75, 1.25)), synchronize_channels=False), 0.15),
        RandomTransform(ContrastTransform(BGContrast((0.75, 1.25)), preserve_range=True, synchronize_channels=False), 0.15),
        RandomTransform(GammaTransform(gamma, p_invert_image=1, synchronize_channels=False, p_per_channel=1, p_retain_stats=1), 0.1),
        RandomTransform(GammaTransform(gamma, p_invert_image=0, synchronize_channels=False, p_per_channel=1, p_retain_stats=1), 0.3),
        MirrorTransform((0, 1, 2)),
    ])


def rate(samples, make, transform):
    """Samples per second of processor time; making the input does not count."""
    seconds = 0.0
    for _ in range(samples):
        batch = make()
        start = time.process_time()
        transform(batch)
        seconds += time.process_time() - start
    return samples / seconds


def compare(size, order, samples):
    def ours():
        words = [program, "patches", str(size), "base_more", str(order), str(samples * 4)]
        return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)

    cut = ours()["generator"]
    data = np.random.default_rng(0).standard_normal((1, *cut), dtype=np.float32)
    seg = (np.arange(np.prod(cut)) // 4096 % 5).reshape(1, *cut)
    float_seg, short_seg = seg.astype(np.float32), seg.astype(np.int16)
    del seg
    first = batchgenerators(size, order)
    others = [("batchgenerators", lambda: {"data": data[None].copy(), "seg": float_seg[None].copy()}, lambda batch: first(**batch))]
    if order == 1:
        second = batchgenerators2(size)
        others.append(("batchgeneratorsv2",
                       lambda: {"image": torch.from_numpy(data.copy()), "segmentation": torch.from_numpy(short_seg.copy())},
                       lambda batch: second(**batch)))
    rates, ratios = {"nndet": []}, {}
    for _ in range(rounds):
        mine = ours()
        rates["nndet"].append(mine["samples_per_second"])
        for name, make, transform in others:
            rates.setdefault(name, []).append(rate(samples, make, transform))
            ratios.setdefault(name, []).append(mine["samples_per_second"] / rates[name][-1])
    line = f"{size}³ {'cubic' if order == 3 else 'linear'}: {statistics.median(rates['nndet']):.1f} samples/s"
    for name, values in ratios.items():
        line += f"; {name} {statistics.median(rates[name]):.2f}, {statistics.median(values):.1f}× ({min(values):.1f}–{max(values):.1f})"
    print(f"{line}; peak {mine['peak_over_patch']:.2f} × the generator patch", flush=True)


for size, order, samples in ((96, 3, 30), (96, 1, 60), (128, 3, 20), (128, 1, 40)):
    np.random.seed(0)
    torch.manual_seed(0)
    compare(size, order, samples)
