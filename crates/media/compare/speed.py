"""Measures PyPI pdqhash on the pixels that bench-hash left in a folder, and compares the hashes.

    python speed.py FOLDER

Needs: pip install pdqhash numpy. Prints a line of JSON for each figure, {"name","value"}; times in
microseconds a picture, of the fastest run, as bench-hash's.
"""

import json
import pathlib
import sys
import time

import numpy
import pdqhash

SECONDS = 3


def tell(name, value):
    print(json.dumps({"name": name, "value": value}), flush=True)


def fastest(work):
    best = float("inf")
    begun = time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best * 1e6


def main(folder):
    for path in sorted(folder.glob("*.grey")):
        width, height = map(int, path.stem.split("x"))
        grey = numpy.fromfile(path, dtype=numpy.uint8).reshape(height, width)
        picture = numpy.repeat(grey[:, :, None], 3, axis=2)
        bits, _ = pdqhash.compute(picture)
        ours = path.with_suffix(".pdq").read_text().strip()
        distance = (int("".join(map(str, bits)), 2) ^ int(ours, 16)).bit_count()
        tell(f"peer_luma_us_{path.stem}", fastest(lambda: pdqhash.compute(picture)))
        tell(f"peer_distance_{path.stem}", distance)


main(pathlib.Path(sys.argv[1]))
