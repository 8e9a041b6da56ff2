#!/usr/bin/env python3
"""Runs the built tests, one process per processor, and sums up.

    scripts/run-tests.py [quick | standard | full] [--only REGEX]

quick: unit tests that take moments. standard: everything but what needs other programs (MLflow, PyTorch, a browser, other readers of images) or
many minutes. full: that rest. Tests within a process run one after the other; what measures time or memory runs at the end, alone.
Logs are left in .build/test-logs.
"""
import argparse
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUNDLE = ROOT / ".build/release/nndetectionPackageTests.xctest"
LOGS = ROOT / ".build/test-logs"
OPTIONS = ["--testing-library", "swift-testing", "--no-parallel"]

# Regular expressions on Module.Suite/test(labels:).
FULL = re.compile(
    r"CommandTests\.TrackingTests/|CommandTests\.DocumentTests/(commandsOfThePagesRun|theLibrariesAreDocumented)"
    r"|CommandTests\.PythonCommandTests/(pythonReadsWhatIsExported|referenceBehaviour)|ReportTests\.EvaluationPageTests/|ImagingTests\.PeerTests/"
    r"|CommandTests\.PrepCommandTests/plansForOtherTargets|ConformanceTests\.(InteropConformance|NetworkConformance)/"
)
SLOW = re.compile(r"CommandTests\.|ConformanceTests\.|DetectorTests\.PartsTests|InferenceTests\.FlippedCaseTests|ReportTests\.|TrainingTests\.")
ALONE = re.compile(
    r"BoxesTests\.(ATSSMatcher|WeightedBoxClustering|NonMaximumSuppression)Tests/"
    r"|InferenceTests\.(BoxEnsembler|PatchReader|ParameterSweep)Tests/|TrainingTests\.TrackingServerTests/|PickleTests\.HostileTests/"
    r"|CommandTests\.CommandLineTests/"
)
# Begun first, because they take longest; each of their tests is a piece of its own.
LONG = [
    "CommandTests.DocumentTests", "CommandTests.TrainCommandTests", "CommandTests.RunCommandTests", "ConformanceTests.InteropConformance",
    "ConformanceTests.NetworkConformance", "CommandTests.ChainTests", "CommandTests.KilledTrainingTests", "CommandTests.PredictImagesTests",
    "CommandTests.PythonCommandTests", "CommandTests.SweepCommandTests", "CommandTests.PrepCommandTests",
]


def tests():
    listed = subprocess.run([BUNDLE, *OPTIONS, "--list-tests"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [line.strip() for line in listed if "/" in line]


def pieces(chosen):
    """Lists of tests that a process runs, the longest first."""
    groups = {}
    for test in chosen:
        suite = test.split("/")[0]
        module = suite.split(".")[0]
        key = test if suite in LONG else suite if module in ("CommandTests", "ConformanceTests", "DetectorTests") else module
        groups.setdefault(key, []).append(test)
    rank = {suite: index for index, suite in enumerate(LONG)}
    return sorted(groups.values(), key=lambda group: rank.get(group[0].split("/")[0], len(LONG)))


def filters(piece, everything):
    """Arguments that choose the tests of a piece: whole suites where that is possible."""
    arguments = []
    suites = {}
    for test in piece:
        suites.setdefault(test.split("/")[0], []).append(test)
    for suite, mine in suites.items():
        whole = sum(test.split("/")[0] == suite for test in everything) == len(mine)
        for name in [suite + "/"] if whole else mine:
            arguments += ["--filter", "^" + re.escape(name)]
    return arguments


class Outcome:
    """What the processes told; shared by the threads that wait for them."""

    # Not from the beginning of the line: arguments of a test may break it.
    RESULT = re.compile(r".*\bTest (?!run |case )(.+?) (?:with \d+ test cases? )?(passed|failed) after ([0-9.]+) seconds")

    def __init__(self):
        self.lock = threading.Lock()
        self.passed, self.failed, self.crashed, self.times = 0, [], [], []
        self.ran = 0

    def add(self, piece, status, log):
        text = log.read_text(errors="replace")
        results = [match.groups() for line in text.split("\n") if (match := self.RESULT.match(line))]
        failed = [name for name, result, _ in results if result == "failed"]
        with self.lock:
            self.ran += len(results)
            self.passed += len(results) - len(failed)
            self.failed += failed
            module = piece[0].split(".")[0]
            self.times += [(float(seconds), f"{module}: {name}") for name, _, seconds in results]
            if status == 0:
                return
            for line in text.splitlines():
                if "recorded an issue" in line or "Fatal error" in line:
                    print(line, flush=True)
            # Without a failed test, the process itself came to a bad end.
            if not failed:
                self.crashed.append(piece[0])
                print(f"{piece[0]} (and {len(piece) - 1} more): the process ended with status {status}, see {log}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="?", default="standard", choices=["quick", "standard", "full"])
    parser.add_argument("--only", help="regular expression on Module.Suite/test")
    options = parser.parse_args()
    if not BUNDLE.exists():
        sys.exit("run-tests: no tests are built; run 'swift build -c release --build-tests'")
    began = time.monotonic()
    everything = tests()
    chosen = {
        "quick": lambda test: not FULL.search(test) and not SLOW.search(test) and not ALONE.search(test),
        "standard": lambda test: not FULL.search(test),
        "full": FULL.search,
    }[options.kind]
    kept = [test for test in everything if chosen(test) and (not options.only or re.search(options.only, test))]
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    outcome = Outcome()
    numbers = iter(range(10_000))
    waiting = queue.SimpleQueue()
    for piece in pieces([test for test in kept if not ALONE.match(test)]):
        waiting.put((next(numbers), piece))
    last = [(next(numbers), piece) for piece in pieces([test for test in kept if ALONE.match(test)])]

    with tempfile.TemporaryDirectory() as fixtures:
        environment = {**os.environ, "NNDET_TEST_FIXTURES": fixtures}

        def run(number, piece, processor=None):
            log = LOGS / f"{number:03}.log"
            # On one processor, the test and the programs that it starts use one thread.
            pin = None if processor is None else lambda: os.sched_setaffinity(0, {processor})
            with open(log, "wb") as file:
                status = subprocess.run(
                    [BUNDLE, *OPTIONS, *filters(piece, everything)], stdout=file, stderr=subprocess.STDOUT, env=environment, cwd=ROOT,
                    preexec_fn=pin).returncode
            outcome.add(piece, status, log)

        def worker(processor):
            while True:
                try:
                    number, piece = waiting.get_nowait()
                except queue.Empty:
                    return
                run(number, piece, processor)

        processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [None]
        workers = [threading.Thread(target=worker, args=(processor,)) for processor in processors]
        for thread in workers:
            thread.start()
        for thread in workers:
            thread.join()
        for number, piece in last:
            run(number, piece)

    print("\nslowest:")
    for seconds, name in sorted(outcome.times, reverse=True)[:10]:
        print(f"  {seconds:7.1f} s  {name}")
    if options.kind == "quick":
        print(f"left out: {len(everything) - len(kept)} tests that 'make test' and 'make test-full' run")
    if options.kind == "standard":
        print(f"left out: {len(everything) - len(kept)} tests that need other programs or many minutes ('make test-full')")
    failed = len(outcome.failed) + len(outcome.crashed)
    skipped = len(kept) - outcome.ran
    print(f"{outcome.passed} passed, {failed} failed, {max(0, skipped)} skipped in {time.monotonic() - began:.0f} s")
    sys.exit(1 if failed else 0)


main()
