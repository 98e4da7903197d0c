"""Compares Mamori's PDQ with PyPI pdqhash on the test pictures of other projects.

    python corpus.py --hash HASH --work FOLDER --page PAGE

HASH is the example `pdq-of-files` of mamori-media, built with --release. Downloads stay in FOLDER;
PAGE is written. Causes of differences are in `causes.toml`. Exit status 0 unless nothing could be
compared: a difference is a line of the page.
"""

import argparse
import dataclasses
import hashlib
import multiprocessing
import pathlib
import resource
import sys

import answers
import corpus_page
import exceptions
import fetch
import pairs
import reference
import verdict

CAUSES = pathlib.Path(__file__).with_name("causes.toml")
BYTES_MAX = 64 * 1024 * 1024
SECONDS_MAX = 60
# Of one process that decodes for the reference.
MEMORY_MAX = 4 * 1024 ** 3
# The frames that are compared of each file.
FRAMES_MAX = 4
# PDQ's own bound for two implementations: the corpus has damaged files, of which decoders may keep
# a different part.
DISTANCE_MAX = 10


def format_of(path):
    """The format that the first bytes say, of those that Mamori reads or names; or None."""
    with path.open("rb") as file:
        head = file.read(32)
    starts = {
        "JPEG": [b"\xff\xd8\xff"], "PNG": [b"\x89PNG\r\n\x1a\n"], "GIF": [b"GIF87a", b"GIF89a"],
        "TIFF": [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"],
        "JPEG XL": [b"\xff\x0a", b"\0\0\0\x0cJXL "],
    }
    for name, some in starts.items():
        if head.startswith(tuple(some)):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        is_avif = any(brand in head[8:] for brand in (b"avif", b"avis"))
        return "AVIF" if is_avif else "HEIF"
    # Two letters are little: the length of the header must be one that there is.
    if head[:2] == b"BM" and head[14:18] in {bytes([n, 0, 0, 0]) for n in (12, 16, 40, 52, 56, 64,
                                                                         108, 124)}:
        return "BMP"
    return None


def pictures_below(folder):
    """Each different picture with its format, sorted by path."""
    seen, found = set(), []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink() or path.stat().st_size > BYTES_MAX:
            continue
        kind = format_of(path)
        if kind is None:
            continue
        digest = hashlib.sha256(path.read_bytes()).digest()
        if digest not in seen:
            seen.add(digest)
            found.append((path, kind))
    return found


@dataclasses.dataclass
class Compared:
    """One file of the corpus."""

    outcome: verdict.Outcome
    # Why there is no reference, or None.
    refused_by_pillow: str | None = None
    # For the count of unrelated pairs.
    picture: pairs.Picture | None = None


def compared(job):
    """What came of one file."""
    program, root, path, kind = job
    outcome = verdict.Outcome(kind, str(path.relative_to(root)), distance_max=DISTANCE_MAX)
    result = Compared(outcome)
    answer = answers.line_for(program, path, SECONDS_MAX)
    try:
        frames = reference.frames_of(path.read_bytes(), FRAMES_MAX)
    except Exception as error:  # Pillow raises whatever it likes on a damaged file.
        result.refused_by_pillow = repr(error)
        if "error" in answer:
            outcome.add("refused", answer["error"])
        return result
    verdict.fill(outcome, frames, answer, has_all_frames=False)
    if "error" not in answer:
        result.picture = pairs.picture_of(outcome, frames[0], answer)
    return result


def limit_memory():
    """Called in each process: a picture that claims to be huge then raises MemoryError."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))


def compare_all(program, root, files):
    """The results of all files; one that breaks or stops its process is a finding too."""
    pool = multiprocessing.Pool(initializer=limit_memory)
    waiting = [(path, kind, pool.apply_async(compared, [(program, root, path, kind)]))
               for path, kind in files]
    results = []
    for position, (path, kind, result) in enumerate(waiting):
        try:
            results.append(result.get(2 * SECONDS_MAX))
        except Exception as error:  # A time-out here means that its process is gone.
            outcome = verdict.Outcome(kind, str(path.relative_to(root)))
            results.append(Compared(outcome, refused_by_pillow=f"process lost: {error!r}"))
        if position % 200 == 199:
            print(f"{position + 1} of {len(files)} files", flush=True)
    pool.terminate()
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hash", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--page", required=True, type=pathlib.Path)
    options = parser.parse_args()

    root = fetch.bring(options.work)
    files = pictures_below(root)
    print(f"{len(files)} different pictures", flush=True)
    results = compare_all(options.hash, root, files)
    near = pairs.near(result.picture for result in results if result.picture)
    (options.work / "pairs.txt").write_text("\n".join(map(str, near)) + "\n")
    page = corpus_page.page(results, near, exceptions.read(CAUSES))
    options.page.write_text(page)
    print(page)
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
