"""Writes what scipy and scikit-image make of a small patch, for the tests of augmentation.

Usage: python3 scripts/reference/augmentation_reference.py   (needs numpy, scipy, scikit-image; writes Tests/AugmentationTests/Reference)
"""
import pathlib

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from skimage.transform import resize

out = pathlib.Path(__file__).parents[2] / "Tests/AugmentationTests/Reference"
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(0)


def rotation(about, angle):
    c, s = np.cos(angle), np.sin(angle)
    return np.array([
        [[1, 0, 0], [0, c, -s], [0, s, c]],
        [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    ][about])


def positions(source, target, matrix, displacement=None):
    grid = np.stack(np.meshgrid(*[np.arange(n) - (n - 1) / 2 for n in target], indexing="ij"))
    if displacement is not None:
        grid = grid + displacement
    moved = (grid.reshape(3, -1).T @ matrix).T.reshape(grid.shape)
    return moved + (np.array(source)[:, None, None, None] - 1) / 2


source, target = (15, 17, 19), (11, 12, 13)
volume = rng.normal(size=source).astype(np.float32)
labels = rng.integers(0, 4, size=source).astype(np.int32)
angles, factor = np.deg2rad([20.0, -35.0, 50.0]), 1.15
matrix = rotation(0, angles[0]) @ rotation(1, angles[1]) @ rotation(2, angles[2]) * factor
displacement = rng.normal(size=(3, *target)).astype(np.float32)
arrays = {"volume": volume, "labels": labels, "displacement": displacement}
for name, move in [("affine", None), ("elastic", displacement)]:
    where = positions(source, target, matrix, move)
    arrays[f"{name}_cubic"] = map_coordinates(volume.astype(float), where, order=3, mode="constant", cval=0.25)
    arrays[f"{name}_linear"] = map_coordinates(volume.astype(float), where, order=1, mode="constant", cval=0.25)
    arrays[f"{name}_labels"] = map_coordinates(labels, where, order=0, mode="constant", cval=0)
# Within the slices of axis 0: the plane alone is interpolated.
flat = rotation(0, angles[0]) * np.array([1, factor, factor])
where = positions((15, *source[1:]), (15, *target[1:]), flat)
arrays["slices_cubic"] = np.stack([
    map_coordinates(volume[i].astype(float), where[1:, i], order=3, mode="constant", cval=0.0) for i in range(15)
])
for sigma in (0.5, 0.93, 1.5):
    arrays[f"blur_{sigma}"] = gaussian_filter(volume.astype(float), sigma, order=0)
noise = rng.uniform(-1, 1, size=(20, 21, 22)).astype(np.float32)
arrays["noise"] = noise
arrays["smooth_9.5"] = gaussian_filter(noise.astype(float), 9.5, mode="constant", cval=0)
for zoom, keeps in ((0.53, ()), (0.8, (0,))):
    coarse = [n if axis in keeps else round(n * zoom) for axis, n in enumerate(source)]
    down = resize(volume.astype(float), coarse, order=0, mode="edge", anti_aliasing=False)
    arrays[f"coarse_{zoom}"] = resize(down, source, order=3, mode="edge", anti_aliasing=False)
# Far beyond the ends of the volume, which goes on in different ways, and with the centre displaced.
modes = ("nearest", "mirror", "reflect", "grid-wrap")
where = positions(source, target, matrix * 2, None) + np.array([1.5, -2.25, 3.0])[:, None, None, None]
for mode in modes:
    for order, name in ((3, "cubic"), (1, "linear")):
        arrays[f"{mode}_{name}"] = map_coordinates(volume.astype(float), where, order=order, mode=mode)
    arrays[f"{mode}_labels"] = map_coordinates(labels, where, order=0, mode=mode)
# Labels by the share of each, as batchgenerators interpolates them.
blocks = np.kron(rng.integers(0, 3, size=(5, 6, 7)), np.ones((3, 3, 3))).astype(np.int32)[:15, :17, :19]
arrays["blocks"] = blocks
where = positions(source, target, matrix)
for order, name in ((1, "linear"), (3, "cubic")):
    result = np.zeros(target, np.int32)
    for label in np.unique(blocks):
        share = map_coordinates((blocks == label).astype(float), where, order=order, mode="constant", cval=0)
        result[share >= 0.5] = label
    arrays[f"blocks_{name}"] = result
np.savez_compressed(out / "transforms.npz", **{
    name: array.astype(np.float32) if array.dtype == float else array for name, array in arrays.items()
})
