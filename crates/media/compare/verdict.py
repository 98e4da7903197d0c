"""What is wrong with Mamori's answer about one file, beside the reference."""

import dataclasses

from reference import dihedral_of, is_unstable

# The most that may differ where the reference's quality is at least QUALITY_MIN.
DISTANCE_MAX = 4
QUALITY_MIN = 50

# PDQ's own bound for two implementations, for turned and mirrored variants.
DIHEDRAL_MAX = 10
DIHEDRAL_QUALITY_MIN = 80


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that is wrong: `what` in one word, and the details for a person."""

    what: str
    details: str


@dataclasses.dataclass
class Outcome:
    """What came of one file."""

    kind: str
    name: str
    # Of the first frame as stored.
    quality: int = 0
    distance: int | None = None
    is_exact: bool = False
    size: tuple[int, int] = (0, 0)
    # Differences that are left out because noise moves the reference itself.
    unstable: int = 0
    # In bits, for hashes of the frames and their views.
    distance_max: int = DISTANCE_MAX
    findings: list[Finding] = dataclasses.field(default_factory=list)
    # What remains of `findings` after the exceptions.
    unexplained: list[Finding] = dataclasses.field(default_factory=list)

    def add(self, what, details):
        """Adds a finding."""
        self.findings.append(Finding(what, details))


def check(outcome, what, expected, text):
    """Compares one hash with the reference."""
    distance = expected.distance(text)
    if expected.quality < QUALITY_MIN or distance <= outcome.distance_max:
        return
    if is_unstable(expected):
        outcome.unstable += 1
    else:
        outcome.add(what, f"{distance} bits from the reference, of quality {expected.quality}")


def check_views(outcome, frame, views):
    """Compares what a viewer sees: on each backdrop, turned as the file asks."""
    by_backdrop = {view["backdrop"]: view for view in views}
    if "none" not in by_backdrop:
        outcome.add("view", "no view without a backdrop")
        return
    plain = frame.views["none"]
    for backdrop in ("none", "white", "black"):
        # Where one of the two sees no alpha, its plain view must agree with the other's backdrop.
        expected = frame.views.get(backdrop, plain)
        view = by_backdrop.get(backdrop, by_backdrop["none"])
        check(outcome, f"view on {backdrop}", expected.stored, view["pdq"])
        if view["displayed"] is not None:
            check(outcome, f"displayed on {backdrop}", expected.displayed, view["displayed"])
        elif frame.is_turned:
            outcome.add("displayed", "the orientation was not seen")


def check_dihedral(outcome, frame, texts):
    """Compares the eight variants of the first frame."""
    if frame.views["none"].stored.quality < DIHEDRAL_QUALITY_MIN:
        return
    for position, (bits, text) in enumerate(zip(dihedral_of(frame), texts, strict=True)):
        distance = (bits ^ int(text, 16)).bit_count()
        if distance > DIHEDRAL_MAX:
            outcome.add("dihedral", f"variant {position}: {distance} bits from the reference")


def fill(outcome, frames, answer, *, with_dihedral=False, has_all_frames=True):
    """Compares an answer with the reference's frames; what is found goes into `outcome`."""
    first = frames[0].views["none"].stored
    height, width, _ = first.pixels.shape
    outcome.quality, outcome.size = first.quality, (width, height)
    if "error" in answer:
        outcome.add("refused", answer["error"])
        return
    outcome.distance = first.distance(answer["frames"][0])
    if answer["rest"] is not None:
        outcome.add("rest", answer["rest"])
    listed = {views[0]["number"]: views for views in answer["views"]}
    if has_all_frames and max(listed) >= len(frames):
        outcome.add("frames", f"{max(listed) + 1} of {len(frames)}")
    views = listed[0]
    for number, frame in enumerate(frames):
        # A frame that looks as the one before it is not listed.
        views = listed.get(number, views)
        check_views(outcome, frame, views)
    if with_dihedral:
        check_dihedral(outcome, frames[0], answer["dihedral"])
    if outcome.is_exact and first.quality != answer["quality"]:
        outcome.add("quality", f"{answer['quality']}, not {first.quality}")
