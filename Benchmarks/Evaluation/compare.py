"""Scoring beside pycocotools in one run, and a large set through the program: time, ratio, largest difference, memory.

    pip install numpy pycocotools
    swift build -c release --product EvaluationBenchmark && swift build -c release --product nndet
    python3 Benchmarks/Evaluation/compare.py [.build/release]
"""
import contextlib
import io
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".build/release")
# A full evaluation of 200 cases of 50 detections and 2 classes by the Python original (nnDetection v0.1): conformance/timings.md.
ORIGINAL = 0.392


def ours(*words):
    run = subprocess.run([build / "EvaluationBenchmark", *map(str, words)], check=True, capture_output=True, text=True)
    return json.loads(run.stdout) if run.stdout.strip() else None


def random_set(images, detections, rng):
    truth = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}
    found = []
    for image in range(images):
        truth["images"].append({"id": image})
        for place in range(detections):
            box = [float(np.round(v * 4) / 4) for v in (*rng.uniform(0, 400, 2), *rng.uniform(8, 120, 2))]
            label = int(rng.integers(1, 3))
            found.append({"image_id": image, "category_id": label, "bbox": box, "score": float(rng.integers(1, 1 << 16) / (1 << 16))})
            if place < 3:
                moved = [v + float(rng.integers(-8, 9)) / 4 for v in box]
                truth["annotations"].append({
                    "id": len(truth["annotations"]) + 1, "image_id": image, "category_id": label, "bbox": moved, "area": moved[2] * moved[3],
                    "iscrowd": 0})
    return truth, found


def theirs(truth, found):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        results = coco.loadRes(found)
        start = time.perf_counter()
        evaluation = COCOeval(coco, results, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        return time.perf_counter() - start, evaluation.stats


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    truth, found = random_set(200, 50, np.random.default_rng(0))
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "found.json").write_text(json.dumps(found))
    mine = ours("coco", folder / "truth.json", folder / "found.json", 9)
    runs = [theirs(json.loads(json.dumps(truth)), found) for _ in range(5)]
    seconds = statistics.median(t for t, _ in runs)
    keys = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]
    difference = max(abs(mine[k] - v) for k, v in zip(keys, runs[0][1]) if v >= 0)
    print(f"COCO's twelve numbers, 200 images × 50 detections, 2 classes: {mine['seconds'] * 1e3:.1f} ms, pycocotools {seconds * 1e3:.0f} ms, "
          f"{seconds / mine['seconds']:.0f}×; largest difference {difference:.1g}", flush=True)

    times = ours("scores")
    print(f"full evaluation, 200 cases × 50 detections, 2 classes: {times['full'] * 1e3:.1f} ms; the original {ORIGINAL * 1e3:.0f} ms "
          f"(measured elsewhere), {ORIGINAL / times['full']:.0f}×; fast: {times['fast'] * 1e3:.1f} ms")
    print(f"1000 bootstraps of 200 cases: {times['bootstrap']:.2f} s", flush=True)

    ours("files", folder, 10000, 100)
    for draws in (0, 1000):
        start = time.perf_counter()
        command = [build / "nndet", "eval", "--predictions", folder / "found", "--labels", folder / "labels", "--bootstrap", str(draws)]
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0
        print(f"nndet eval, 10 000 cases × 100 detections, {draws} bootstraps: {time.perf_counter() - start:.1f} s, "
              f"peak {usage.ru_maxrss / 1024:.0f} MiB", flush=True)
