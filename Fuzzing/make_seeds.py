"""Writes small valid files of every kind that Fuzzing/Fuzzer.swift reads, for libFuzzer to begin with.

    python3 Fuzzing/make_seeds.py FOLDER
"""
import gzip
import io
import json
import os
import struct
import sys
import zipfile
import zlib

root = sys.argv[1]


def put(target, name, content):
    folder = os.path.join(root, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def nifti(order, version, kind, code, form):
    """4 x 3 x 2 voxels of one type, with a qform, an sform or both."""
    voxels = struct.pack(order + "24" + code, *range(24))
    bits = 8 * struct.calcsize(code)
    dim = [3, 4, 3, 2, 1, 1, 1, 1]
    sform = [1, 0, 0, -5, 0, 1, 0, 6, 0, 0, 2, 7]
    if version == 1:
        head = bytearray(352)
        struct.pack_into(order + "i", head, 0, 348)
        struct.pack_into(order + "8h", head, 40, *dim)
        struct.pack_into(order + "2h", head, 70, kind, bits)
        struct.pack_into(order + "8f", head, 76, 1, 1, 1, 2, 1, 1, 1, 1)
        struct.pack_into(order + "3f", head, 108, 352, 1, 0)
        head[123] = 2
        struct.pack_into(order + "2h", head, 252, "q" in form, "s" in form)
        struct.pack_into(order + "6f", head, 256, 0, 0, 0, -5, 6, 7)
        struct.pack_into(order + "12f", head, 280, *sform)
        head[344:348] = b"n+1\0"
    else:
        head = bytearray(544)
        struct.pack_into(order + "i", head, 0, 540)
        head[4:12] = b"n+2\0\r\n\x1a\n"
        struct.pack_into(order + "2h", head, 12, kind, bits)
        struct.pack_into(order + "8q", head, 16, *dim)
        struct.pack_into(order + "8d", head, 104, 1, 1, 1, 2, 1, 1, 1, 1)
        struct.pack_into(order + "q2d", head, 168, 544, 1, 0)
        struct.pack_into(order + "2i", head, 344, "q" in form, "s" in form)
        struct.pack_into(order + "6d", head, 352, 0, 0, 0, -5, 6, 7)
        struct.pack_into(order + "12d", head, 400, *sform)
        struct.pack_into(order + "i", head, 500, 2)
    return bytes(head) + voxels


for index, (order, version, kind, code, form) in enumerate([
    ("<", 1, 4, "h", "s"), (">", 1, 4, "h", "q"), ("<", 1, 2, "B", "qs"), ("<", 1, 16, "f", "s"), ("<", 1, 64, "d", "q"),
    ("<", 2, 8, "i", "s"), (">", 2, 1024, "q", "qs"), ("<", 1, 768, "I", ""),
]):
    content = nifti(order, version, kind, code, form)
    for target in ("nifti", "nifti-gz"):
        put(target, f"{index}.nii", content)
    put("gzip", f"{index}.nii.gz", gzip.compress(content))

short = struct.pack("<24h", *range(24))


def nrrd(encoding, body, extra="", sizes="4 3 2", dimension=3, directions="(1,0,0) (0,1,0) (0,0,2)", kinds="domain domain domain"):
    head = (
        f"NRRD0004\n# seed\ntype: short\ndimension: {dimension}\nspace: left-posterior-superior\nsizes: {sizes}\n"
        f"space directions: {directions}\nkinds: {kinds}\nendian: little\nencoding: {encoding}\nspace origin: (1,2,3)\n{extra}\n")
    return head.encode() + body


text = " ".join(map(str, range(24))).encode()
for name, content in {
    "raw": nrrd("raw", short), "text": nrrd("text", text), "hex": nrrd("hex", short.hex().encode()), "gzip": nrrd("gzip", gzip.compress(short)),
    "skip": nrrd("raw", b"12345\n" + short, "byte skip: -1\n"), "units": nrrd("raw", short, 'space units: "mm" "mm" "mm"\n'),
    "list": nrrd("raw", b"", "data file: LIST\na.raw\nb.raw"), "pattern": nrrd("raw", b"", "data file: s%03d.raw 1 2 1\n"),
    "four": nrrd("raw", short, "", "1 4 3 2", 4, "none (1,0,0) (0,1,0) (0,0,2)", "list domain domain domain"),
}.items():
    put("nrrd", name, content)
put("nrrd-gz", "gzip", nrrd("gzip", short))

segments = "Segment0_ID:=a\nSegment0_Name:=nodule\nSegment0_LabelValue:=1\nSegment0_Layer:=0\n"
put("segmentation", "one", nrrd("raw", short, segments))
put("segmentation", "layers", nrrd("gzip", gzip.compress(short * 2), segments, "2 4 3 2", 4, "none (1,0,0) (0,1,0) (0,0,2)", "list domain domain domain"))


def meta(body, **changes):
    fields = {
        "ObjectType": "Image", "NDims": "3", "BinaryData": "True", "BinaryDataByteOrderMSB": "False", "CompressedData": "False",
        "TransformMatrix": "1 0 0 0 1 0 0 0 1", "Offset": "1 2 3", "ElementSpacing": "1 1 2", "DimSize": "4 3 2", "ElementType": "MET_SHORT",
        "ElementDataFile": "LOCAL",
    }
    file = changes.pop("ElementDataFile", fields.pop("ElementDataFile"))
    fields.update(changes)
    return ("".join(f"{key} = {value}\n" for key, value in fields.items()) + f"ElementDataFile = {file}\n").encode() + body


put("meta", "raw", meta(short))
put("meta", "zlib", meta(zlib.compress(short), CompressedData="True"))
put("meta", "text", meta(text, BinaryData="False"))
put("meta", "list", meta(b"a.raw\nb.raw\n", ElementDataFile="LIST"))
put("meta", "pattern", meta(b"", ElementDataFile="s%02d.raw 1 2 1"))
put("meta", "four", meta(short, NDims="4", DimSize="4 3 2 1", TransformMatrix=" ".join("1000010000100001"), Offset="1 2 3 0", ElementSpacing="1 1 2 1"))


def element(group, number, kind, value):
    value = value.encode() if isinstance(value, str) else value
    value += (b"\0" if kind in ("UI", "OB") else b" ") * (len(value) % 2)
    long = kind in ("OB", "OW", "SQ", "UN")
    return struct.pack("<HH", group, number) + kind.encode() + (struct.pack("<HI", 0, len(value)) if long else struct.pack("<H", len(value))) + value


def number(group, item, value):
    return element(group, item, "US", struct.pack("<H", value))


def item(content):
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content


def dicom(z, syntax="1.2.840.10008.1.2.1", pixels=element(0x7FE0, 0x10, "OW", struct.pack("<12h", *range(12))), extra=b"", frames=b""):
    return (
        element(2, 0x10, "UI", syntax) + element(8, 0x60, "CS", "CT") + element(0x18, 0x50, "DS", "2") + element(0x20, 0xE, "UI", "1.2.3")
        + (element(0x20, 0x32, "DS", f"0\\0\\{z}") + element(0x20, 0x37, "DS", "1\\0\\0\\0\\1\\0") if not frames else b"")
        + number(0x28, 2, 1) + element(0x28, 4, "CS", "MONOCHROME2") + (element(0x28, 8, "IS", "2") if frames else b"") + number(0x28, 0x10, 3)
        + number(0x28, 0x11, 4) + element(0x28, 0x30, "DS", "1\\1") + number(0x28, 0x100, 16) + number(0x28, 0x101, 12) + number(0x28, 0x102, 11)
        + number(0x28, 0x103, 1) + element(0x28, 0x1052, "DS", "-1024") + element(0x28, 0x1053, "DS", "1") + extra + frames + pixels)


mark = b"\x01NEXT\x01"
put("dicom", "series", mark.join(dicom(z) for z in (0, 2, 4)))
put("dicom", "one", dicom(0))
plane = [element(0x20, 0x9113, "SQ", item(element(0x20, 0x32, "DS", f"0\\0\\{z}"))) for z in (0, 2)]
shared = element(0x20, 0x9116, "SQ", item(element(0x20, 0x37, "DS", "1\\0\\0\\0\\1\\0")))
groups = element(0x5200, 0x9229, "SQ", item(shared)) + element(0x5200, 0x9230, "SQ", b"".join(map(item, plane)))
put("dicom", "enhanced", dicom(0, pixels=element(0x7FE0, 0x10, "OW", struct.pack("<24h", *range(24))), frames=groups))
# RLE Lossless: a header of segments, then literal runs of the high and the low bytes.
rle = struct.pack("<16I", 2, 64, 78, *[0] * 13) + b"\x0b" + b"\0" * 12 + b"\0" + b"\x0b" + bytes(range(12)) + b"\0"
packed = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF) + item(b"") + item(rle) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
put("dicom", "rle", dicom(0, "1.2.840.10008.1.2.5", packed))
put("dicom", "jpeg", dicom(0, "1.2.840.10008.1.2.4.70", packed))


def npy(descr, shape, data, order=False):
    head = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head + data


array = npy("<f4", "(2, 3)", struct.pack("<6f", *range(6)))
put("npy", "c", array)
put("npy", "fortran", npy("<i8", "(2, 3)", struct.pack("<6q", *range(6)), True))


def archive(method, **arrays):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name, content in arrays.items():
            file.writestr(f"{name}.npy", content)
    return stream.getvalue()


put("npz", "stored", archive(zipfile.ZIP_STORED, a=array, b=array))
put("npz", "deflated", archive(zipfile.ZIP_DEFLATED, a=array, b=array))
softmax = npy("<f4", "(2, 2, 3, 4)", struct.pack("<48f", *[0.5] * 48))
put("nnunet", "softmax", archive(zipfile.ZIP_DEFLATED, softmax=softmax))
put("nnunet", "probabilities", archive(zipfile.ZIP_STORED, probabilities=softmax))
head = json.dumps({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"k": "v"}}).encode()
put("safetensors", "one", struct.pack("<Q", len(head)) + head + struct.pack("<6f", *range(6)))

task = {
    "task": "Task100_A", "dim": 3, "labels": {"0": "a", "1": "b"}, "modalities": {"0": "CT"}, "target_class": None, "test_labels": True,
    "min_size": 1.5, "reading": {"prefer": "sform", "assume_spacing": [1, 1, 2.5], "assume_orientation": "LPS"},
}
put("task", "json", json.dumps(task))
put("task", "yaml", 'task: Task100_A\ndim: 3\nlabels: {"0": a}\nmodalities: {"0": CT}\nx: &x [1, 2]\ny: *x\n')
put("labels", "one", '{"instances": {"1": 0, "2": 1}}')
put("plan", "empty", '{"format_version": 1, "patch_size": [1, 2, 3]}')
put("boxes", "corners", "case,class,x_min,y_min,z_min,x_max,y_max,z_max\na,b,1,2,3,4,5,6\n")
put("boxes", "ball", "seriesuid;label;coordX;coordY;coordZ;diameter_mm\n\"a;b\";a;1;2;3;4e0\n")
markup = {"markups": [{
    "type": "ROI", "coordinateSystem": "LPS", "center": [1, 2, 3], "size": [4, 5, 6], "orientation": [1, 0, 0, 0, 1, 0, 0, 0, 1],
    "controlPoints": [{"label": "a", "position": [1, 2, 3]}], "display": {"visibility": True}}]}
put("markups", "roi", json.dumps(markup))
markup["markups"][0]["type"] = "Fiducial"
put("markups", "points", json.dumps(markup))
truth = {"images": [{"id": 1}], "categories": [{"id": 1, "name": "a"}], "annotations": [
    {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}]}
found = [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]
put("coco", "one", json.dumps(truth) + "\n\n" + json.dumps(found))
put("pickle", "list", b"\x80\x04]\x94(K\x01K\x02e.")
