"""AVIF files by Pillow: sampling, ranges, matrices, alpha, turns, small sizes, sequences."""

import functools
import itertools
import struct

import numpy
from PIL import Image

from case import Case, orientation, saved, sizes_in_turn, upside_down

SIZES = [(97, 65), (96, 64), (130, 71), (64, 113)]
# Where blocks of 64 pixels, and pairs of rows and columns that share a colour, begin and end.
EDGES = [(64, 64), (65, 63), (63, 65), (128, 129), (66, 67)]

SAMPLINGS = ("4:2:0", "4:2:2", "4:4:4", "4:0:0")
RANGES = ("full", "limited")
QUALITIES = (30, 60, 90)
# Numbers of ITU-T H.273: primaries and matrices that libavif converts.
MATRICES = [(1, 1), (1, 2), (5, 4), (5, 5), (6, 6), (6, 7), (9, 9), (9, 12), (5, 12), (12, 12)]


def by_pillow(picture, **options):
    """Encoded as fast as the encoder can, which is also how it makes the oddest blocks."""
    return saved(picture, "AVIF", speed=10, **options)


def still(sampling, colour_range, quality, picture):
    """One picture."""
    return by_pillow(picture, subsampling=sampling, range=colour_range, quality=quality)


def see_through(picture):
    """From half clear on the left to solid on the right: where little is left of a colour that is
    multiplied by alpha, rounding decides on it."""
    slope = numpy.linspace(128, 255, picture.width).astype(numpy.uint8)
    image = picture.copy()
    image.putalpha(Image.fromarray(numpy.tile(slope, (picture.height, 1))))
    return image


def with_alpha(sampling, is_multiplied, quality, picture):
    """One picture with an alpha channel."""
    return by_pillow(see_through(picture), subsampling=sampling, quality=quality,
                     alpha_premultiplied=is_multiplied)


def described(primaries, matrix, colour_range, picture):
    """With other numbers in the description of its colours, which overrides that of the stream."""
    file = by_pillow(picture, subsampling="4:4:4", range=colour_range)
    kind = b"colrnclx"
    start = file.index(kind) + len(kind)
    _, transfer, _ = struct.unpack_from(">HHH", file, start)
    return file[:start] + struct.pack(">HHH", primaries, transfer, matrix) + file[start + 6:]


def turned(value, picture):
    """Says how it is to be turned, 1 (upright) to 8."""
    return by_pillow(picture, exif=orientation(value))


def sequence(count, picture):
    """Several pictures in a track, of which the first is also an item."""
    others = [upside_down(picture)] * (count - 1)
    return by_pillow(picture, save_all=True, append_images=others, duration=100)


def cases():
    """Every AVIF of the grid."""
    sizes = sizes_in_turn(SIZES)
    for sampling, colour_range, quality in itertools.product(SAMPLINGS, RANGES, QUALITIES):
        yield Case("avif still", f"{sampling}, {colour_range}, q {quality}", next(sizes),
                   functools.partial(still, sampling, colour_range, quality))
    for sampling, size in itertools.product(SAMPLINGS, EDGES):
        yield Case("avif edges", sampling, size, functools.partial(still, sampling, "full", 75))
    for sampling, is_multiplied, quality in itertools.product(SAMPLINGS, (False, True), QUALITIES):
        name = f"{sampling}, {'multiplied' if is_multiplied else 'apart'}, q {quality}"
        yield Case("avif alpha", name, next(sizes),
                   functools.partial(with_alpha, sampling, is_multiplied, quality))
    for (primaries, matrix), colour_range in itertools.product(MATRICES, RANGES):
        yield Case("avif colours", f"{primaries}/{matrix}, {colour_range}", next(sizes),
                   functools.partial(described, primaries, matrix, colour_range))
    for value in range(1, 9):
        yield Case("avif orientation", str(value), SIZES[0], functools.partial(turned, value))
    for count in (2, 5):
        yield Case("avif sequence", str(count), SIZES[1], functools.partial(sequence, count))
