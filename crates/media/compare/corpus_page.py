"""The page docs/corpus.md: what the comparison on other projects' pictures found."""

import collections

import pairs
from fetch import PACKAGES
from verdict import QUALITY_MIN

BUCKETS = [(0, 0), (1, 2), (3, 4), (5, 10), (11, 31), (32, 256)]

HEAD = """# On other projects' pictures

Written by `cargo xtask drill compare-corpus`; do not edit by hand. Mamori beside Python's `pdqhash` on
Pillow's pixels, on every picture in the source packages of Pillow and of
{packages}, as far as the mirror has them.
Many of these are damaged or strange on purpose. None of them is in this
repository. Causes are in `crates/media/compare/causes.toml`.
"""


def is_read(result):
    """Whether Mamori hashed the file."""
    return not any(finding.what in ("refused", "crash") for finding in result.outcome.findings)


def by_format(results):
    """How many files of each format who read."""
    lines = ["| format | files | both hash | Mamori only | Pillow only | neither |",
             "|---|--:|--:|--:|--:|--:|"]
    for kind in [*sorted({result.outcome.kind for result in results}), "all"]:
        some = [result for result in results if kind in ("all", result.outcome.kind)]
        counts = collections.Counter((is_read(result), result.refused_by_pillow is None)
                                     for result in some)
        cells = [counts[True, True], counts[True, False], counts[False, True],
                 counts[False, False]]
        lines.append(f"| {kind} | {len(some)} | {' | '.join(map(str, cells))} |")
    return lines


def by_distance(results):
    """How many first frames differ by how many bits."""
    both = [result.outcome for result in results
            if is_read(result) and result.refused_by_pillow is None]
    trusted = [outcome for outcome in both if outcome.quality >= QUALITY_MIN]
    lines = ["| bits between the first frames | files |", "|---|--:|"]
    for lowest, highest in BUCKETS:
        count = sum(lowest <= outcome.distance <= highest for outcome in trusted)
        lines.append(f"| {lowest if lowest == highest else f'{lowest} to {highest}'} | {count} |")
    lines.append(f"| reference quality below {QUALITY_MIN}: not counted above "
                 f"| {len(both) - len(trusted)} |")
    lines.append("| left out below: noise of one step of 255 moves the reference itself by more "
                 f"than 10 bits | {sum(bool(outcome.unstable) for outcome in both)} |")
    return lines


def cell(text, length=110):
    """A text for a cell of a table: one line, not too long, without the table's own marks."""
    line = " ".join(text.split()).replace("|", "/").replace("`", "'")
    return line if len(line) <= length else line[:length - 1] + "…"


def differences(results, causes):
    """The classes of differences with their counts, then each file."""
    counts, rows = collections.Counter(), []
    for result in results:
        if result.refused_by_pillow is not None:
            continue
        for finding in result.outcome.findings:
            explained = next((one for one in causes
                              if one.explains(result.outcome.name, finding.what)), None)
            cause = explained.reason if explained else "unexplained"
            counts[cause, finding.what] += 1
            rows.append(f"| {result.outcome.kind} | `{cell(result.outcome.name)}` | {finding.what} "
                        f"| {cell(finding.details)} | {cell(cause, 200)} |")
    classes = [f"| {cell(cause, 200)} | {what} | {count} |"
               for (cause, what), count in counts.most_common()]
    return (["| cause | what | findings |", "|---|---|--:|", *classes],
            ["| format | file | what | details | cause |", "|---|---|---|---|---|", *rows])


def chance(results, near):
    """The count of unrelated pictures that are near each other."""
    pictures = sum(result.picture is not None for result in results)
    counts = collections.Counter((one.is_turned, one.is_same_package) for one in near)
    return [
        "| pairs of pictures | of one package | of two packages |", "|---|--:|--:|",
        f"| within {pairs.SAME_MAX} bits as stored | {counts[False, True]} "
        f"| {counts[False, False]} |",
        f"| only when one is turned or mirrored | {counts[True, True]} | {counts[True, False]} |",
        "",
        f"{pictures} pictures of quality >= {QUALITY_MIN}, so "
        f"{pairs.compared_pairs(pictures)} pairs. Left out are pairs of one picture: files with "
        "the same pixels,",
        "files whose names begin with the same letters, pairs within "
        f"{pairs.COPY_MAX} bits in any turn, and what these tie together.",
        "Within one package some of the rest are still one picture, changed by a test.",
    ]


def page(results, near, causes):
    """The whole page."""
    classes, rows = differences(results, causes)
    parts = [
        HEAD.format(packages=", ".join(PACKAGES)), "## Who reads what\n", *by_format(results),
        "\n## How far apart\n", *by_distance(results),
        "\n## Unrelated pictures near each other\n", *chance(results, near),
        "\n## Differences by cause\n",
        "Files over 10 bits, or refused though Pillow opens them.\n", *classes,
        "\n## Each difference\n", *rows,
    ]
    return "\n".join(parts) + "\n"
