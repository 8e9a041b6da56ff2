#!/usr/bin/env python3
"""Makes the files that the tests of the pickle interpreter read: Tests/PickleTests/Reference.

    python3 -m venv venv && venv/bin/pip install numpy torch
    venv/bin/python scripts/reference/pickle_reference.py

One object in every protocol, a torch file in each of its formats, and what they hold, written out value by value (`*.txt`).
"""
import collections
import pathlib
import pickle
import struct

import numpy as np
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests/PickleTests/Reference"
SCALARS = {"float32": "<f4", "float64": "<f8", "float16": "<f4", "int64": "<i8", "int32": "<i4", "int16": "<i2", "uint8": "|u1",
           "bool": "|b1"}
TENSORS = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
           torch.int32: "I32", torch.uint8: "U8", torch.bool: "BOOL"}


def number(value):
    return f"number {struct.unpack('<q', struct.pack('<d', value))[0]}"


def describe(value):
    if value is None:
        return "none"
    if isinstance(value, (bool, np.bool_)):
        return f"bool {int(value)}"
    if isinstance(value, (int, np.integer)):
        return f"integer {int(value)}"
    if isinstance(value, (float, np.floating)):
        return number(float(value))
    if isinstance(value, (str, pathlib.PurePath)):
        return f"text {str(value).encode().hex()}"
    if isinstance(value, (bytes, bytearray)):
        return f"bytes {bytes(value).hex()}"
    if isinstance(value, torch.Tensor):
        shape = "x".join(map(str, value.shape))
        data = value.detach().contiguous().view(-1).view(torch.uint8) if value.numel() else torch.zeros(0, dtype=torch.uint8)
        return f"tensor {TENSORS[value.dtype]} {shape} {bytes(data.tolist()).hex()}"
    if isinstance(value, torch.dtype):
        return f"name {value}"
    if isinstance(value, slice):
        return describe((value.start, value.stop, value.step))
    if isinstance(value, np.ndarray):
        shape = "x".join(map(str, value.shape))
        if value.dtype.kind in "UOS":
            flat = [v.decode() if isinstance(v, bytes) else v for v in value.flatten().tolist()]
            return f"values {shape} [{', '.join(map(describe, flat))}]"
        kind = SCALARS[value.dtype.newbyteorder('=').name]
        return f"array {kind} {shape} [{', '.join(number(float(v)) for v in value.flatten())}]"
    if isinstance(value, (set, frozenset)):
        return f"set [{', '.join(sorted(map(describe, value)))}]"
    if isinstance(value, dict):
        return f"dictionary [{', '.join(f'{describe(k)}: {describe(v)}' for k, v in value.items())}]"
    if isinstance(value, tuple):
        return f"tuple [{', '.join(map(describe, value))}]"
    if isinstance(value, list):
        return f"list [{', '.join(map(describe, value))}]"
    raise TypeError(type(value))


def everything():
    shared = [1, 2, {"deep": (3,)}]
    counts = collections.defaultdict(int)
    counts[0] = 6
    return {
        "none": None, "truth": [True, False],
        "integers": [0, 1, 255, 256, 65535, 65536, -1, -129, 2**31 - 1, -2**31, 2**40, -2**40, 2**63 - 1, -2**63],
        "numbers": [0.0, -0.0, 1.5, 1e-300, float("inf"), float("-inf")],
        "texts": ["", "plain", "Größe \u4e2d \U0001f600", "line\nbreak \\ 'quotes' \"both\" \x00\x1a\r", "long " * 60, "x" * 300],
        "bytes": [b"", b"plain", bytes(range(256)), bytearray(b"array\xff")],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)], "sets": [{1, 2, 3}, frozenset(["a"]), set()],
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]), "counts": counts, 7: "seven", (1, 2): "pair",
        "paths": [pathlib.PurePosixPath("/data/Task000/case_0.nii.gz"), pathlib.PurePosixPath("a/b"), pathlib.PurePosixPath(".")],
        "slices": [slice(None), slice(1, 5, 2)], "shared": [shared, shared, (shared, shared)],
        "float32": np.arange(6, dtype=np.float32).reshape(2, 3), "fortran": np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)),
        "big endian": np.array([1, -2, 3 << 33], dtype=">i8"), "half": np.array([0, 1, -2.5, 65504, 6e-8, np.inf], dtype=np.float16),
        "small": [np.array([1, -2], dtype=np.int16), np.array([1, 255], dtype=np.uint8), np.array([[True], [False]])],
        "names": np.array(["case_1", "a", ""]), "bytes array": np.array([b"ab", b"c"]), "objects": np.array([None, 1, "x"], dtype=object),
        "empty": [np.zeros((1, 0)), np.zeros((0, 6), dtype=np.int32)], "nothing": np.array(3.5),
        "scalars": [np.float32(0.1), np.float64(-0.1), np.int64(-5), np.uint8(200), np.bool_(True), np.str_("text"), np.float16(0.5)],
        "big scalar": np.array(2.5, dtype=">f4")[()],
        "many": list(range(3000)), "big dictionary": {str(i): i for i in range(1500)},
    }


def tensors():
    torch.manual_seed(0)
    weight = torch.randn(4, 3, 2)
    base = torch.arange(24.0)
    state = collections.OrderedDict([("weight", weight), ("bias", torch.zeros(4)), ("scale", torch.tensor(1.5))])
    state._metadata = collections.OrderedDict([("", {"version": 1})])
    return {
        "state_dict": state, "parameter": torch.nn.Parameter(torch.ones(2, 2)),
        "transposed": torch.arange(6.0).reshape(2, 3).t(), "part": base[5:9], "steps": base[1::5],
        "channels last": torch.arange(2 * 3 * 4 * 2 * 2, dtype=torch.float32).reshape(2, 3, 4, 2, 2).contiguous(
            memory_format=torch.channels_last_3d),
        "types": [torch.tensor([1, 2], dtype=t) for t in (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32,
                                                          torch.uint8, torch.bool)],
        "empty": torch.zeros(0, 3), "dtype": torch.float32, "size": torch.Size([1, 2]), "epoch": 4,
    }


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    value = everything()
    for protocol in range(6):
        (FOLDER / f"everything_{protocol}.pkl").write_bytes(pickle.dumps(value, protocol=protocol))
    (FOLDER / "everything.txt").write_text(describe(value) + "\n")
    value = tensors()
    torch.save(value, FOLDER / "zip.pt")
    torch.save(value, FOLDER / "zip_4.pt", pickle_protocol=4)
    torch.save(value, FOLDER / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(value, FOLDER / "legacy_4.pt", _use_new_zipfile_serialization=False, pickle_protocol=4)
    (FOLDER / "tensors.txt").write_text(describe(value) + "\n")


if __name__ == "__main__":
    main()
