"""Writes small random images into a folder, and what nibabel, SimpleITK, pydicom and dcm2niix read from them.

    python3 peers.py FOLDER SEED

FOLDER/expected.json lists for each file or series: its path, the peer, the affine (voxel x, y, z to LPS in mm, 3 × 4), the shape (x, y, z) and the file of
the values (float64, x fastest).
"""
import json
import pathlib
import subprocess
import sys

import dcm2niix
import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage, EnhancedCTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless, generate_uid)

folder = pathlib.Path(sys.argv[1])
rng = np.random.default_rng(int(sys.argv[2]))
expected = []
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
TYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]


def expect(path, peer, affine, values):
    """`values` is indexed [x, y, z]; `affine` maps to LPS."""
    name = f"values-{len(expected)}.bin"
    values.astype("<f8").ravel(order="F").tofile(folder / name)
    expected.append({
        "path": str(path.relative_to(folder)), "peer": peer, "affine": affine[:3].ravel().tolist(), "shape": list(values.shape), "values": name})


def rotation():
    w, x, y, z = (lambda q: q / np.linalg.norm(q))(rng.normal(size=4))
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])


def grid():
    """Shape, axes (columns), spacing and origin; every other grid is left-handed."""
    return tuple(int(n) for n in rng.integers(2, 9, 3)), rotation() @ np.diag([1, 1, rng.choice([-1, 1])]), rng.uniform(0.3, 4, 3), rng.uniform(-300, 300, 3)


def nifti(index):
    shape, axes, spacing, origin = grid()
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = axes * spacing, origin
    kind = TYPES[index % len(TYPES)]
    values = rng.uniform(0, 100, shape).astype(kind)
    is_second = index % 3 == 0
    header = (nibabel.Nifti2Header if is_second else nibabel.Nifti1Header)(endianness="<>"[index // 2 % 2])
    if index % 7 == 0:
        values = values[..., None]
    image = (nibabel.Nifti2Image if is_second else nibabel.Nifti1Image)(values, affine, header, dtype=values.dtype)
    image.set_qform(affine if index % 5 != 1 else None, 1 if index % 5 != 1 else 0)
    image.set_sform(affine if index % 5 != 0 else None, 2 if index % 5 != 0 else 0)
    if kind in ("i2", "u1"):
        image.header.set_slope_inter(0.37, -5)
    path = folder / f"{index}.{'nii.gz' if index % 2 else 'nii'}"
    nibabel.save(image, path)
    read = nibabel.load(path)
    expect(path, "nibabel", LPS @ read.affine, read.get_fdata().reshape(shape))


def read_by_itk(path):
    if path.is_dir():
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(path)))
        image = reader.Execute()
    else:
        image = sitk.ReadImage(str(path))
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    expect(path, "SimpleITK", affine, sitk.GetArrayFromImage(image).transpose(2, 1, 0).astype(float))


def itk(index):
    shape, axes, spacing, origin = grid()
    kind = [t for t in TYPES if t[1] != "8" or t == "f8"][index % 8]
    image = sitk.GetImageFromArray(rng.uniform(0, 100, shape[::-1]).astype(kind))
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(origin.tolist())
    image.SetDirection(axes.ravel().tolist())
    path = folder / f"itk-{index}.{['nrrd', 'mha', 'nhdr', 'mhd', 'nii.gz'][index % 5]}"
    sitk.WriteImage(image, str(path), index % 2 == 0)
    read_by_itk(path)


def nrrd(index):
    """Headers that SimpleITK reads and never writes."""
    shape, axes, spacing, origin = grid()
    kind = ["short", "uchar", "float", "double", "ushort", "int"][index % 6]
    dtype = {"short": "i2", "uchar": "u1", "float": "f4", "double": "f8", "ushort": "u2", "int": "i4"}[kind]
    order = "<>"[index % 2]
    encoding = ["raw", "ascii"][index // 2 % 2]
    values = rng.uniform(0, 100, shape).astype(order + dtype)
    space = ["left-posterior-superior", "right-anterior-superior", "LAS", "LPS", "RAS"][index % 5]
    directions = " ".join("(" + ",".join(repr(float(n)) for n in axes[:, i] * spacing[i]) + ")" for i in range(3))
    lines = [
        "NRRD0004", f"type: {kind}", "dimension: 3", f"space: {space}", "sizes: " + " ".join(map(str, shape)), f"space directions: {directions}",
        "kinds: domain domain domain", f"endian: {'little' if order == '<' else 'big'}", f"encoding: {encoding}",
        "space origin: (" + ",".join(repr(float(n)) for n in origin) + ")"]
    body = values.tobytes(order="F") if encoding == "raw" else "\n".join(repr(n.item()) for n in values.ravel(order="F")).encode()
    path = folder / f"own-{index}.nrrd"
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + body)
    read_by_itk(path)


def plane_elements(dataset, index, position, axes, spacing):
    dataset.Rows, dataset.Columns = spacing["rows"], spacing["columns"]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, index % 2


def decimal(numbers):
    """As DICOM's decimal strings hold them, in 16 characters."""
    return [pydicom.valuerep.DSfloat(float(n), auto_format=True) for n in numbers]


def new_file(index, syntax, storage):
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = storage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.Modality, dataset.PatientID, dataset.PatientName = "CT", f"P{index}", f"P{index}"
    dataset.StudyDate, dataset.StudyTime, dataset.SeriesNumber, dataset.AcquisitionNumber = "20260101", "120000", 1, 1
    dataset.Manufacturer = "Test"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    return dataset


def save(dataset, path, syntax, plane_count=1):
    if syntax == RLELossless:
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.compress(RLELossless)
    dataset.save_as(path, enforce_file_format=True)


def series_grid():
    shape, axes, spacing, origin = grid()
    # Planes may be in any order: pydicom's expectation follows the normal of the plane.
    axes[:, 2] = np.cross(axes[:, 0], axes[:, 1])
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = axes * spacing, origin
    return shape, axes, spacing, origin, affine


def series(index):
    shape, axes, spacing, origin, affine = series_grid()
    syntax = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless][index % 4]
    path = folder / f"series-{index}"
    path.mkdir()
    series_uid, study_uid = generate_uid(), generate_uid()
    stored = rng.integers(0, 2000, shape[::-1]).astype(">u2" if syntax == ExplicitVRBigEndian else "<u2")
    # Slopes of the planes differ in every third series (PET).
    slopes = [float(f"{s:.6f}") for s in rng.uniform(0.5, 2, shape[2])] if index % 3 == 2 else [1.0] * shape[2]
    values = np.empty(shape)
    names = rng.permutation(shape[2])
    planes = []
    for plane in range(shape[2]):
        dataset = new_file(index, syntax, CTImageStorage)
        dataset.SeriesInstanceUID, dataset.StudyInstanceUID, dataset.FrameOfReferenceUID = series_uid, study_uid, study_uid
        plane_elements(dataset, index, None, None, {"rows": shape[1], "columns": shape[0]})
        dataset.InstanceNumber = plane + 1
        dataset.ImagePositionPatient = decimal(origin + axes[:, 2] * spacing[2] * plane)
        dataset.ImageOrientationPatient = decimal([*axes[:, 0], *axes[:, 1]])
        dataset.PixelSpacing, dataset.SliceThickness = decimal([spacing[1], spacing[0]]), decimal([spacing[2]])[0]
        dataset.RescaleSlope, dataset.RescaleIntercept = str(slopes[plane]), "-1024"
        dataset.PixelData = stored[plane].tobytes()
        save(dataset, path / f"{names[plane]:03}.dcm", syntax)
    for file in path.iterdir():
        read = pydicom.dcmread(file)
        planes.append((read.InstanceNumber - 1, read.pixel_array.T * float(read.RescaleSlope) + float(read.RescaleIntercept)))
    for plane, pixels in planes:
        values[:, :, plane] = pixels
    expect(path, "pydicom", affine, values)
    # SimpleITK takes the slope of the first plane for all.
    if index % 3 != 2 and syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian):
        read_by_itk(path)
    if index % 3 != 2 and syntax != ExplicitVRBigEndian:
        read_by_dcm2niix(path)


def enhanced(index):
    shape, axes, spacing, origin, affine = series_grid()
    syntax = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless][index % 3]
    dataset = new_file(index, syntax, EnhancedCTImageStorage)
    dataset.SeriesInstanceUID, dataset.StudyInstanceUID, dataset.FrameOfReferenceUID = generate_uid(), generate_uid(), generate_uid()
    plane_elements(dataset, index, None, None, {"rows": shape[1], "columns": shape[0]})
    dataset.InstanceNumber, dataset.NumberOfFrames = 1, shape[2]
    dataset.ContentDate, dataset.ContentTime = "20260101", "120000"
    shared = Dataset()
    measures, orientation, transformation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = decimal([spacing[1], spacing[0]]), decimal([spacing[2]])[0]
    measures.SpacingBetweenSlices = decimal([spacing[2]])[0]
    orientation.ImageOrientationPatient = decimal([*axes[:, 0], *axes[:, 1]])
    transformation.RescaleSlope, transformation.RescaleIntercept, transformation.RescaleType = "1", "-1000", "HU"
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    shared.PixelValueTransformationSequence = [transformation]
    dataset.SharedFunctionalGroupsSequence = [shared]
    # Frames lie in any order in the file.
    order = rng.permutation(shape[2])
    stored = rng.integers(0, 2000, shape[::-1]).astype("<u2")
    groups = []
    for plane in order:
        group, content, position = Dataset(), Dataset(), Dataset()
        content.StackID, content.InStackPositionNumber, content.DimensionIndexValues = "1", int(plane) + 1, [1, int(plane) + 1]
        position.ImagePositionPatient = decimal(origin + axes[:, 2] * spacing[2] * plane)
        group.FrameContentSequence, group.PlanePositionSequence = [content], [position]
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = groups
    dataset.PixelData = stored[order].tobytes()
    path = folder / f"enhanced-{index}.dcm"
    save(dataset, path, syntax)
    read = pydicom.dcmread(path)
    values = np.empty(shape)
    for frame, group in zip(read.pixel_array, read.PerFrameFunctionalGroupsSequence):
        values[:, :, group.FrameContentSequence[0].InStackPositionNumber - 1] = frame.T - 1000.0
    expect(path, "pydicom", affine, values)


def read_by_dcm2niix(path):
    out = folder / f"nii-{len(expected)}"
    out.mkdir()
    subprocess.run([dcm2niix.bin, "-z", "n", "-f", "image", "-b", "n", "-o", out, path], check=True, capture_output=True)
    files = list(out.glob("*.nii"))
    if len(files) != 1:
        sys.exit(f"dcm2niix made {len(files)} images of {path}")
    read = nibabel.load(files[0])
    expect(path, "dcm2niix", LPS @ read.affine, read.get_fdata())


for kind, count in ((nifti, 42), (itk, 20), (nrrd, 20), (series, 12), (enhanced, 6)):
    for index in range(count):
        kind(index)
(folder / "expected.json").write_text(json.dumps(expected))
