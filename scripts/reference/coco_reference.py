"""Random 2D sets in COCO's JSON with what pycocotools makes of them, for Tests/EvaluationTests.

    pip install numpy pycocotools
    python3 scripts/reference/coco_reference.py Tests/EvaluationTests/Reference

Coordinates are multiples of 1/4 and scores of 1/256, so that single precision holds them and some scores are equal. Crowds, annotated areas
that are not those of the boxes, images without objects and a category without objects are among them.
"""
import contextlib
import io
import json
import pathlib
import sys

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

target = pathlib.Path(sys.argv[1])


def quarter(value):
    return float(np.round(value * 4) / 4)


def make(seed, images, objects, wrong):
    rng = np.random.default_rng(seed)
    truth = {
        "images": [{"id": int(i)} for i in rng.permutation(images) + 1],
        "categories": [{"id": 3, "name": "a"}, {"id": 7, "name": "b"}, {"id": 9, "name": "never"}],
        "annotations": [],
    }
    found = []

    def score():
        return float(rng.integers(1, 257) / 256)

    def box(side=None):
        sides = np.exp(rng.uniform(np.log(8), np.log(180), 2)) if side is None else side
        return [quarter(v) for v in (*rng.uniform(0, 400, 2), *sides)]

    for image in range(1, images + 1):
        for _ in range(rng.poisson(objects)):
            b = box()
            category = int(rng.choice([3, 7]))
            crowd = bool(rng.random() < 0.06)
            area = b[2] * b[3] * (float(rng.choice([1.0, 0.75])))
            truth["annotations"].append(
                {"id": len(truth["annotations"]) + 1, "image_id": image, "category_id": category, "bbox": b, "area": area, "iscrowd": int(crowd)})
            for _ in range(rng.poisson(1.2)):
                shift = rng.normal(0, 0.06, 4) * np.array([b[2], b[3], b[2], b[3]])
                c = [quarter(max(v, 1.0) if k > 1 else v) for k, v in enumerate(np.array(b) + shift)]
                label = category if rng.random() < 0.9 else 10 - category
                found.append({"image_id": image, "category_id": label, "bbox": c, "score": score()})
        for _ in range(rng.poisson(wrong)):
            found.append({"image_id": image, "category_id": int(rng.choice([3, 7, 9])), "bbox": box(), "score": score()})
    order = rng.permutation(len(found))
    return truth, [found[i] for i in order]


def evaluate(truth, found):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = json.loads(json.dumps(truth))
        coco.createIndex()
        result = COCOeval(coco, coco.loadRes(json.loads(json.dumps(found))), "bbox")
        result.evaluate()
        result.accumulate()
        result.summarize()
    keys = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]
    return {key: float(value) for key, value in zip(keys, result.stats)}


for seed, (images, objects, wrong) in enumerate([(24, 3.0, 3.0), (30, 1.2, 6.0), (4, 40.0, 120.0)]):
    truth, found = make(seed, images, objects, wrong)
    for name, value in [("truth", truth), ("found", found), ("expected", evaluate(truth, found))]:
        (target / f"coco_{seed}_{name}.json").write_text(json.dumps(value, separators=(",", ":")))
    print(seed, len(truth["annotations"]), len(found), evaluate(truth, found))
