"""What SimpleITK reports of the images that Tests/ImagingTests/Files/SampleImageTests.swift reads.

    pip install SimpleITK numpy
    python scripts/reference/itk_reference.py ../shared/data/totalsegmentator

Prints the geometry of each file (or DICOM folder) in full precision, and checksums of its voxels as float32 in C order of
`GetArrayFromImage`: their sum, and the sum of voxel · (index mod 251 + 1).
"""
import pathlib
import sys

import numpy as np
import SimpleITK as sitk


def read(path):
    if path.is_dir():
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(path)))
        return reader.Execute()
    return sitk.ReadImage(str(path))


for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    image = read(path)
    voxels = sitk.GetArrayFromImage(image).astype(np.float32).ravel().astype(np.float64)
    weights = np.arange(voxels.size) % 251 + 1
    print(path.name, image.GetPixelIDTypeAsString())
    print("  size", image.GetSize())
    print("  spacing", image.GetSpacing())
    print("  origin", image.GetOrigin())
    print("  direction", image.GetDirection())
    print("  sum", float(voxels.sum()), "weighted", float((voxels * weights).sum()), "range", voxels.min(), voxels.max())
    if not path.is_dir():
        print("  orientation", sitk.DICOMOrientImageFilter.GetOrientationFromDirectionCosines(image.GetDirection()))
