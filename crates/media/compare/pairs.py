"""Unrelated pictures whose hashes are near each other by chance, with and without turning."""

import collections
import dataclasses
import hashlib
import pathlib
import re

import numpy

from verdict import QUALITY_MIN

# The distance up to which PDQ's authors call two pictures the same.
SAME_MAX = 31
# Two decoders or encoders of one picture stay within this; unrelated pictures practically never do.
COPY_MAX = 10


@dataclasses.dataclass(frozen=True)
class Picture:
    """What the count needs of one picture."""

    path: str
    bits: str
    # The hashes of the picture turned and mirrored; the first is `bits` itself.
    dihedral: tuple[str, ...]
    # The same for two files with the same pixels.
    pixels: bytes

    @property
    def stem(self):
        """The letters that the file's name begins with; copies of a picture mostly share them."""
        name = pathlib.PurePath(self.path).stem.lower()
        return re.match(r"[^a-z]*[a-z]*", name)[0]

    @property
    def package(self):
        """The source package that it is from."""
        return pathlib.PurePath(self.path).parts[0]


Near = collections.namedtuple("Near", "distance is_turned first second is_same_package")


def picture_of(outcome, frame, answer):
    """The picture of an answer, or None where the quality is too low to look it up."""
    if answer["quality"] < QUALITY_MIN:
        return None
    pixels = frame.views["none"].stored.pixels
    digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
    return Picture(outcome.name, answer["pdq"], tuple(answer["dihedral"]), digest)


def words(hashes):
    """Hashes in hexadecimal digits as four numbers of 64 bits each."""
    data = b"".join(map(bytes.fromhex, hashes))
    return numpy.frombuffer(data, numpy.uint64).reshape(len(hashes), 4)


class Groups:
    """Files that show one picture, as far as pixels, names and hashes tell; tied transitively."""

    def __init__(self, pictures):
        self.parents = list(range(len(pictures)))
        for key in ("pixels", "stem"):
            first = {}
            for position, picture in enumerate(pictures):
                self.tie(first.setdefault(getattr(picture, key), position), position)

    def of(self, position):
        """The number of the group of a picture."""
        while self.parents[position] != position:
            self.parents[position] = self.parents[self.parents[position]]
            position = self.parents[position]
        return position

    def tie(self, one, other):
        """Says that two pictures are one."""
        self.parents[self.of(one)] = self.of(other)


def within(pictures):
    """Each pair within SAME_MAX bits: positions, distance as stored, least distance when turned."""
    plain = words([picture.bits for picture in pictures])
    for position, picture in enumerate(pictures):
        others = plain[position + 1:]
        variants = words([picture.bits, *picture.dihedral])
        distances = numpy.bitwise_count(variants[:, None, :] ^ others[None, :, :]).sum(axis=2)
        for offset in numpy.flatnonzero((distances <= SAME_MAX).any(axis=0)):
            column = distances[:, offset]
            yield position, position + 1 + int(offset), int(column[0]), int(column.min())


def near(pictures):
    """Each pair within SAME_MAX bits that is not known to be one picture."""
    pictures = list(pictures)
    if not pictures:
        return []
    pairs, groups = list(within(pictures)), Groups(pictures)
    for one, other, _, least in pairs:
        if least <= COPY_MAX:
            groups.tie(one, other)
    found = []
    for one, other, plainly, least in pairs:
        if groups.of(one) != groups.of(other):
            is_turned = plainly > SAME_MAX
            first, second = pictures[one], pictures[other]
            found.append(Near(least if is_turned else plainly, is_turned, first.path, second.path,
                              first.package == second.package))
    return found


def compared_pairs(count):
    """How many pairs `count` pictures make."""
    return count * (count - 1) // 2
