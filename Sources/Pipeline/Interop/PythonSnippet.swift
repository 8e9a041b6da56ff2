/// The Python that reads our files; `docs/how-to/python.md` explains it.
enum PythonSnippet {
    static let fileName = "nndet_files.py"

    static let text = """
        \"""Reads weights and predictions of nndet with PyTorch and NumPy; needs nothing else.

            from nndet_files import load_weights, load_predictions
            module.load_state_dict(load_weights("model_final.safetensors"))   # a module of the Python nnDetection
            found = load_predictions("case_1_boxes.npz")                      # pred_boxes, pred_scores, pred_labels, ...
        \"""
        import json

        import numpy
        import torch

        TYPES = {"F32": torch.float32, "F64": torch.float64, "F16": torch.float16, "BF16": torch.bfloat16,
                 "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool}


        def load_weights(path):
            \"""The state dict of a .safetensors file: tensors by the names that the Python nnDetection gives them.\"""
            with open(path, "rb") as file:
                header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
                content = bytearray(file.read())
            weights = {}
            for name, entry in header.items():
                if name == "__metadata__":
                    continue
                begin, end = entry["data_offsets"]
                values = torch.frombuffer(content[begin:end], dtype=TYPES[entry["dtype"]])
                weights[name] = values.reshape(entry["shape"]).clone()
            return weights


        def load_predictions(path):
            \"""The dictionary that the Python nnDetection would have pickled: boxes in voxels (z, y, x), scores, labels, grid.\"""
            with numpy.load(path, allow_pickle=False) as file:
                found = {name: file[name] for name in file.files if name != "format_version"}
            found["restore"] = bool(found["restore"])
            for name in ("itk_origin", "itk_spacing", "itk_direction"):
                found[name] = tuple(float(value) for value in found[name])
            return found

        """
}
