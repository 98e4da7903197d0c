"""Prints what the grid found, and the promises that only all files together can break."""

import statistics

from verdict import DIHEDRAL_QUALITY_MIN, QUALITY_MIN

FILES_MIN = 3_000
PICTURES_MIN = 500
CHANGED_MIN = 2_000
MEDIAN_MAX = 2
# Differences that are left out because the reference itself is unstable, of all files.
UNSTABLE_PERCENT_MAX = 3


def row_of(name, outcomes):
    """One line of the table."""
    read = [outcome for outcome in outcomes if outcome.distance is not None]
    trusted = [outcome.distance for outcome in read if outcome.quality >= QUALITY_MIN]
    refused = len(outcomes) - len(read)
    wrong = sum(any(finding.what != "refused" for finding in outcome.findings)
                for outcome in outcomes)
    explained = sum(bool(outcome.findings) and not outcome.unexplained for outcome in outcomes)
    unstable = sum(bool(outcome.unstable) for outcome in outcomes)
    same = sum(outcome.distance == 0 for outcome in read)
    median = statistics.median(outcome.distance for outcome in read) if read else 0
    share = f"{100 * same / len(read):.1f} %" if read else "-"
    return (f"{name:26} {len(outcomes):6} {len(trusted):8} {max(trusted, default=0):6} "
            f"{median:7.1f} {share:>9} {wrong:6} {refused:8} {explained:10} {unstable:9}")


def show(outcomes):
    """Prints the table, and returns a line for each finding that is not explained."""
    print(f"{'kind':26} {'files':>6} {'q >= ' + str(QUALITY_MIN):>8} {'worst':>6} {'median':>7} "
          f"{'the same':>9} {'wrong':>6} {'refused':>8} {'explained':>10} {'unstable':>9}")
    for kind in sorted({outcome.kind for outcome in outcomes}):
        print(row_of(kind, [outcome for outcome in outcomes if outcome.kind == kind]))
    print(row_of("same decoded pixels", [outcome for outcome in outcomes if outcome.is_exact]))
    print(row_of("everything", outcomes))
    return [f"{outcome.name}: {finding.what}: {finding.details}"
            for outcome in sorted(outcomes, key=lambda one: one.name)
            for finding in outcome.unexplained]


def show_changed(changed):
    """Prints what came of the changed files, and returns a line for each silent miss."""
    if changed:
        print(f"{'changed':26} {'shown':>6} {'found':>6} {'told':>6} {'silent':>7} "
              f"{'explained':>10}")
    for one in sorted(changed, key=lambda one: one.kind):
        explained = sum(not outcome.unexplained for outcome in one.silent)
        print(f"{one.kind:26} {one.count():6} {one.found:6} {one.told:6} {len(one.silent):7} "
              f"{explained:10}")
    return [f"{outcome.name}: {finding.what}: {finding.details}"
            for one in changed for outcome in one.silent for finding in outcome.unexplained]


def promises_about_all(outcomes, changed):
    """A line for each promise about all files together that does not hold."""
    broken = []
    drawn = [outcome for outcome in outcomes if outcome.kind == "drawn"]
    trusted = sum(outcome.quality >= DIHEDRAL_QUALITY_MIN for outcome in drawn)
    areas = [width * height for width, height in (outcome.size for outcome in drawn)]
    print(f"{len(drawn)} drawn pictures from {min(areas)} to {max(areas)} pixels, {trusted} of "
          f"them of quality >= {DIHEDRAL_QUALITY_MIN}")
    if trusted < PICTURES_MIN:
        broken.append(f"only {trusted} pictures of quality >= {DIHEDRAL_QUALITY_MIN}, fewer than "
                      f"{PICTURES_MIN}")
    shown = sum(one.count() for one in changed)
    if shown < CHANGED_MIN:
        broken.append(f"Pillow shows only {shown} changed files, fewer than {CHANGED_MIN}")
    if len(outcomes) < FILES_MIN:
        broken.append(f"only {len(outcomes)} files, fewer than {FILES_MIN}")
    exact = [outcome.distance for outcome in outcomes
             if outcome.is_exact and outcome.distance is not None]
    if not exact or statistics.median(exact) > MEDIAN_MAX:
        broken.append(f"the median on the same decoded pixels is above {MEDIAN_MAX}")
    unstable = sum(bool(outcome.unstable) for outcome in outcomes)
    if 100 * unstable > UNSTABLE_PERCENT_MAX * len(outcomes):
        broken.append(f"{unstable} files have an unstable reference: the pictures are unfit")
    return broken
