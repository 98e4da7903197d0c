"""Measures threatexchange's PDQIndex over the hashes that bench-index left in a folder.

    python peer.py FOLDER

Needs: pip install threatexchange faiss-cpu numpy. Prints a line of JSON for each figure,
{"name","value"}. One thread, as the index under comparison.
"""

import json
import pathlib
import resource
import sys
import time

import faiss
import numpy
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

QUERIES_MAX = 200
PASSES_MIN = 7
PASSES_FOR_S = 0.7


def tell(name, value):
    print(json.dumps({"name": name, "value": value}), flush=True)


def texts(path):
    rows = numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, 32)
    return [row.tobytes().hex() for row in rows]


def main(folder):
    faiss.omp_set_num_threads(1)
    hashes = texts(folder / "hashes")
    queries = texts(folder / "queries")[:QUERIES_MAX]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    index = PDQIndex((text, row) for row, text in enumerate(hashes))
    tell("peer_build_us_per_hash", (time.perf_counter() - start) * 1e6 / len(hashes))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tell("peer_bytes_per_hash", (after - before) * 1024 / len(hashes))

    # The fastest of several passes: the others were disturbed.
    found = 0
    times = None
    passes = 0
    begun = time.perf_counter()
    while passes < PASSES_MIN or time.perf_counter() - begun < PASSES_FOR_S:
        passes += 1
        found = 0
        these = []
        for query in queries:
            start = time.perf_counter()
            found += len(index.query(query))
            these.append(time.perf_counter() - start)
        times = min(times or these, these, key=sum)
    tell("peer_query_us_mean", sum(times) * 1e6 / len(times))
    tell("peer_query_us_p50", sorted(times)[len(times) // 2] * 1e6)
    tell("peer_found_per_query", found / len(queries))


main(pathlib.Path(sys.argv[1]))
