"""Reading of images of 512×512×300 voxels beside SimpleITK, in one run: time and ratio.

    pip install numpy SimpleITK pydicom
    swift build -c release --product ReadingBenchmark
    python3 Benchmarks/Reading/compare.py [.build/release/ReadingBenchmark]

Each program reads an image seven times in a process of its own; medians. SimpleITK gives the stored type, here float32.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

REPETITIONS = 7
SHAPE = (300, 512, 512)
SPACING = (0.7, 0.7, 1.5)


def theirs(path):
    times = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        if path.is_dir():
            reader = sitk.ImageSeriesReader()
            reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(path)))
            image = reader.Execute()
        else:
            image = sitk.ReadImage(str(path))
        sitk.GetArrayViewFromImage(image)
        times.append(time.perf_counter() - start)
    return times


def write_series(folder, voxels):
    folder.mkdir()
    series, study = generate_uid(), generate_uid()
    for index, plane in enumerate(voxels):
        meta = pydicom.dataset.FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        slice_ = pydicom.Dataset()
        slice_.file_meta = meta
        slice_.SOPClassUID, slice_.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        slice_.Modality, slice_.SeriesInstanceUID, slice_.StudyInstanceUID = "CT", series, study
        slice_.Rows, slice_.Columns = plane.shape
        slice_.ImagePositionPatient = [0, 0, index * SPACING[2]]
        slice_.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        slice_.PixelSpacing, slice_.SliceThickness = [SPACING[1], SPACING[0]], SPACING[2]
        slice_.SamplesPerPixel, slice_.PhotometricInterpretation = 1, "MONOCHROME2"
        slice_.BitsAllocated, slice_.BitsStored, slice_.HighBit, slice_.PixelRepresentation = 16, 16, 15, 1
        slice_.RescaleSlope, slice_.RescaleIntercept = 1, -1024
        slice_.PixelData = plane.tobytes()
        slice_.save_as(folder / f"{index:04}.dcm", enforce_file_format=True)


if sys.argv[1:2] == ["--theirs"]:
    print(json.dumps({"seconds": theirs(pathlib.Path(sys.argv[2]))}))
    sys.exit()

program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/ReadingBenchmark"
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    rng = np.random.default_rng(0)
    z, y, x = np.meshgrid(*map(np.arange, SHAPE), indexing="ij", sparse=True)
    voxels = (1000 * np.sin(x / 40) * np.cos(y / 50) + z + rng.normal(0, 20, SHAPE)).astype(np.int16)
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACING)
    # Names of their own: beside image.nii, SimpleITK reads that one in place of image.nii.gz.
    files = {kind: folder / f"{kind.replace('.', '_')}.{kind}" for kind in ("nii.gz", "nii", "nrrd", "mha")}
    for file in files.values():
        sitk.WriteImage(image, str(file), useCompression=file.suffix != ".nii")
    files["DICOM series"] = folder / "series"
    write_series(files["DICOM series"], voxels)

    def measure(*words):
        out = subprocess.run([*map(str, words)], check=True, capture_output=True, text=True).stdout
        return statistics.median(json.loads(out)["seconds"])

    for kind, file in files.items():
        mine = measure(program, file, REPETITIONS)
        other = measure(sys.executable, __file__, "--theirs", file)
        print(f"{kind}: {mine:.3f} s, SimpleITK {other:.3f} s, {other / mine:.2f}×", flush=True)
