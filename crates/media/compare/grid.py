"""Compares Mamori's PDQ with PyPI pdqhash over a grid of files that drawn pictures are saved as.

    python grid.py --draw DRAW --hash HASH --work FOLDER [--only PATTERN]

DRAW and HASH are the examples `draw-pictures` and `pdq-of-files` of mamori-media, built with
--release. Needs the programs of Debian's packages libjpeg-turbo-progs, libtiff-tools and webp, and
pdqhash, pillow and numpy. `--only` takes a shell pattern of names of files, such as 'jpeg scans/*'.
Exit status 1 if a promise is broken:

- at least FILES_MIN files are compared, and PICTURES_MIN drawn pictures of a reference quality of
  at least 80;
- no file is refused, has other frames, or differs by more than 4 bits where the reference's quality
  is at least 50: as stored, as displayed, and on white and black where it has alpha;
- the turned and mirrored variants of a drawn picture of quality >= 80 differ by at most 10;
- where both hash the same decoded pixels (files without loss), the quality is the same and the
  median difference is at most 2;
- of files of which a byte or two were changed, at least CHANGED_MIN are still shown by Pillow, and
  each of them is found, refused, or said to be read in part;
- except for what `exceptions.toml` explains, all of which is needed.

A file that breaks a promise stays in FOLDER.
"""

import argparse
import fnmatch
import itertools
import multiprocessing
import pathlib
import re
import shutil
import subprocess
import sys

from PIL import Image

import answers
import avifs
import bmps
import changes
import drawn
import exceptions
import gifs
import jpeg_edits
import jpegs
import pngs
import reference
import table
import tiffs
import verdict
import webps
from case import Made

DRAWN = 600
# The pictures that the cases are made of, and their edge in pixels.
BASES, BASE_EDGE = 40, 400
# Cases compared with one start of Mamori's program.
BATCH = 24


def all_cases(scratch):
    """Every case of every format; no two of the same name."""
    cases = [*jpegs.cases(scratch), *jpeg_edits.cases(), *tiffs.cases(), *pngs.cases(),
             *gifs.cases(), *webps.cases(), *bmps.cases(), *avifs.cases()]
    names = {case.name for case in cases}
    assert len(names) == len(cases), "two cases have one name"
    return cases


def batches(count):
    """Positions in lists of BATCH. Neighbours are alike and slow together, so they are spread."""
    step = -(-count // BATCH)
    return [range(start, count, step) for start in range(step)]


def draw(program, folder, *args):
    """Draws pictures into `folder` and returns the paths of the plain ones."""
    folder.mkdir(parents=True)
    subprocess.run([program, folder, *map(str, args)], check=True)
    return sorted(path for path in folder.glob("*.png") if path.stem.isdigit())


def is_good_base(path):
    """Whether a small copy of the picture has a hash that means something."""
    small = Image.open(path).convert("RGB").resize((64, 48))
    hash_ = reference.hash_of(small)
    return hash_.quality >= 80 and not reference.is_unstable(hash_)


def made_of(case, bases):
    """The file of a case and its twin."""
    base = Image.open(bases[case.number % len(bases)]).convert("RGB")
    made = case.make(base.resize(case.size))
    return made if isinstance(made, Made) else Made(made)


def compared(work, program, files, with_dihedral):
    """Compares files, each with an empty outcome, its bytes and its twin."""
    paths = []
    for outcome, file, _ in files:
        path = work / re.sub(r"[^0-9A-Za-z.]+", "-", outcome.name)
        path.write_bytes(file)
        paths.append(path)
    for (outcome, file, twin), path, answer in zip(files, paths, answers.about(program, paths)):
        try:
            frames = reference.frames_of(twin or file)
        except Exception as error:  # Whatever Pillow raises: the grid needs a reference.
            outcome.add("reference", f"Pillow refuses it: {error!r}")
        else:
            verdict.fill(outcome, frames, answer, with_dihedral=with_dihedral)
        if not outcome.findings:
            path.unlink()
    return [outcome for outcome, _, _ in files]


# The cases in each process of the pool. They hold functions, which cannot be sent to a process; one
# that is forked has them.
CASES = []


def remember(cases):
    """Called in each process of the pool."""
    CASES[:] = cases


def compare_cases(job):
    """The outcomes of a batch of cases, by their positions."""
    work, program, bases, positions = job
    files = []
    for case in (CASES[position] for position in positions):
        outcome, made = verdict.Outcome(case.kind, case.name), made_of(case, bases)
        files.append((outcome, made.file, made.twin))
    return compared(work, program, files, with_dihedral=False)


def compare_drawn(job):
    """The outcomes of one drawn picture, in all the kinds of file that it is saved as."""
    work, program, index, path = job
    files = [(verdict.Outcome(kind, name, is_exact=is_exact), file, None)
             for kind, name, is_exact, file in drawn.files_of(index, path)]
    return compared(work, program, files, with_dihedral=True)


def compare_all(options):
    """The outcomes of the drawn pictures and of the cases, or of those of one pattern; and what
    came of the changed files."""
    scratch, kept = options.work / "scratch", options.work / "kept"
    scratch.mkdir(parents=True)
    kept.mkdir()
    cases = [case for case in all_cases(scratch) if fnmatch.fnmatchcase(case.name, options.only)]
    bases = draw(options.draw, options.work / "bases", BASES, BASE_EDGE)
    bases = list(filter(is_good_base, bases))
    pictures = draw(options.draw, options.work / "drawn", DRAWN) if options.only == "*" else []

    large = [(kept, options.hash, index, path) for index, path in enumerate(pictures)]
    small = [(kept, options.hash, bases, batch) for batch in batches(len(cases))]
    kinds = [kind for kind in changes.KINDS if fnmatch.fnmatchcase(f"changed/{kind}", options.only)]
    edited = [(kept, options.hash, kind, bases[position % len(bases)])
              for position, kind in enumerate(kinds)]
    forked = multiprocessing.get_context("fork")
    with forked.Pool(initializer=remember, initargs=(cases,)) as pool:
        results = [pool.imap_unordered(compare_drawn, large, chunksize=4),
                   pool.imap_unordered(compare_cases, small)]
        changed = pool.imap_unordered(changes.compare, edited)
        return list(itertools.chain.from_iterable(itertools.chain(*results))), list(changed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--draw", required=True)
    parser.add_argument("--hash", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--only", default="*")
    options = parser.parse_args()

    shutil.rmtree(options.work, ignore_errors=True)
    outcomes, changed = compare_all(options)
    explained = exceptions.read()
    silent = [outcome for one in changed for outcome in one.silent]
    for outcome in outcomes + silent:
        outcome.unexplained = exceptions.left(explained, outcome.name, outcome.findings)
    broken = table.show(outcomes) + table.show_changed(changed)
    if options.only == "*":
        broken += table.promises_about_all(outcomes, changed)
        broken += [f"exceptions.toml: no file needed `{one.names}`, {one.what}"
                   for one in explained if not one.used]
    for line in broken:
        print("BROKEN:", line)
    every = outcomes + silent
    failed = sum(bool(outcome.unexplained) for outcome in every)
    others = len(broken) - sum(len(outcome.unexplained) for outcome in every)
    print(f"{len(outcomes) + sum(map(changes.Changed.count, changed)) - failed} passed, "
          f"{failed + others} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
