"""One case from raw files to unpacked arrays: our program, then what the original calls, in one run.

    pip install numpy scipy scikit-image SimpleITK
    swift build -c release --product PreprocessingBenchmark
    python3 Benchmarks/Preprocessing/compare.py [.build/release/PreprocessingBenchmark]
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import binary_fill_holes
from skimage.transform import resize

program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/PreprocessingBenchmark"
print("ours:")
text = subprocess.run([program], check=True, capture_output=True, text=True).stdout
print(text)
mine = {line.split(": ")[0]: float(m[1]) for line in text.splitlines() if (m := re.search(r": (\d+) ms$", line))}

print("SimpleITK, SciPy, scikit-image:")
folder = pathlib.Path(tempfile.mkdtemp())
rng = np.random.default_rng(0)
labels = np.zeros((144, 144, 144), np.int32)
for index in range(8):
    a, b, c = rng.integers(2, 120, 3)
    labels[a:a + 20, b:b + 20, c:c + 20] = index + 1
data = np.round(100 * rng.standard_normal(labels.shape)).astype(np.float32) + 300 * (labels > 0)
for name, array in (("data", data.astype(np.float32)), ("labels", labels)):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((1.25,) * 3)
    sitk.WriteImage(image, str(folder / f"{name}.nii.gz"))


def timed(what, body):
    start = time.perf_counter()
    result = body()
    spent[what] = (time.perf_counter() - start) * 1000
    print(f"{what}: {spent[what]:.0f} ms")
    return result


spent = {}


def crop():
    image, seg = (sitk.GetArrayFromImage(sitk.ReadImage(str(folder / f"{n}.nii.gz"))) for n in ("data", "labels"))
    mask = binary_fill_holes(image != 0)
    box = tuple(slice(i.min(), i.max() + 1) for i in np.where(mask))
    seg = seg[box].copy()
    seg[(seg == 0) & ~mask[box]] = -1
    stacked = np.stack([image[box].astype(np.float32), seg.astype(np.float32)])
    np.savez_compressed(folder / "cropped.npz", data=stacked)
    return stacked


def preprocess(stacked):
    shape = (180, 180, 180)
    image = resize(stacked[0].astype(float), shape, 3, mode="edge", clip=True, anti_aliasing=False).astype(np.float32)
    seg = resize(stacked[1].astype(float), shape, 0, mode="edge", clip=True, anti_aliasing=False).astype(np.int32)
    image = (image - image.mean()) / (image.std() + 1e-8)
    np.savez_compressed(folder / "case.npz", data=image[None], seg=seg[None])


def unpack():
    arrays = np.load(folder / "case.npz")
    np.save(folder / "case.npy", arrays["data"])
    np.save(folder / "case_seg.npy", arrays["seg"])


stacked = timed("crop one case", crop)
timed("preprocess one case to 180³", lambda: preprocess(stacked))
timed("unpack one case", unpack)

steps = [("crop", "crop one case"), ("preprocess", "preprocess one case to 180³"), ("unpack", "unpack one case")]
total = 0.0
for name, theirs in steps:
    ours = next(value for key, value in mine.items() if key.startswith(f"{name} 4 cases")) / 4
    total += ours
    print(f"{name}: {spent[theirs] / ours:.1f}× (per case, with all cores on our side)")
print(f"all of a case: {sum(spent[t] for _, t in steps) / total:.1f}×")
