"""TIFF files by libtiff's programs and Pillow: depths, colours, packing, tiles, turns, pages."""

import functools
import io
import itertools
import pathlib
import tempfile

import numpy
from PIL import Image

from case import Case, Made, saved, sizes_in_turn, tool, tool_on_files, upside_down
from tiff_writer import (
    CMYK, FLOATING, MIN_IS_BLACK, MIN_IS_WHITE, PALETTE, PHOTOMETRIC, PREDICTOR, RGB, SIGNED, added,
    tiff,
)

SIZES = [(97, 65), (96, 64), (130, 71), (64, 113), (161, 80), (72, 99), (127, 88)]


def grey_of(picture, depth):
    """Brightness with `depth` bits."""
    eight = numpy.asarray(picture.convert("L")).astype(numpy.uint32)
    return eight * 257 if depth == 16 else eight >> (8 - depth)


def grey(depth, is_white_zero, picture):
    """Brightness with `depth` bits, black or white first."""
    samples = grey_of(picture, depth)
    if is_white_zero:
        return tiff((1 << depth) - 1 - samples, depth, MIN_IS_WHITE)
    return tiff(samples, depth, MIN_IS_BLACK)


def dithered(is_white_zero, picture):
    """Black or white, dithered so that the hash keeps its meaning."""
    samples = numpy.asarray(picture.convert("1")).astype(numpy.uint32)
    if is_white_zero:
        return tiff(1 - samples, 1, MIN_IS_WHITE)
    return tiff(samples, 1, MIN_IS_BLACK)


def rgb(depth, is_planar, picture):
    """Colours with 8 or 16 bits each."""
    samples = numpy.asarray(picture).astype(numpy.uint32)
    return tiff(samples * 257 if depth == 16 else samples, depth, RGB, is_planar=is_planar)


def palette(depth, step, picture):
    """Indices, their depth and the map of their colours, in which 255 is stored as 255 * `step`."""
    image = picture.quantize(1 << depth)
    colours = numpy.zeros((1 << depth, 3), numpy.uint32)
    used = numpy.array(image.getpalette(), numpy.uint32).reshape(-1, 3)[:1 << depth]
    colours[:len(used)] = used * step
    return numpy.asarray(image), depth, colours.T.ravel().tolist()


def indexed(depth, step, picture):
    """Indices and their palette."""
    indices, depth, colours = palette(depth, step, picture)
    return tiff(indices, depth, PALETTE, colour_map=colours)


def indexed_with_alpha(picture):
    """Indices, each with alpha."""
    indices, depth, colours = palette(8, 257, picture)
    samples = numpy.dstack([indices, alpha_of(picture)])
    return tiff(samples, depth, PALETTE, extra=2, colour_map=colours)


def cmyk(is_planar, picture):
    """Four inks."""
    return tiff(numpy.asarray(picture.convert("CMYK")), 8, CMYK, is_planar=is_planar)


def alpha_of(picture):
    """From nearly clear on the left to solid on the right."""
    slope = numpy.linspace(8, 255, picture.width).astype(numpy.uint8)
    return numpy.tile(slope, (picture.height, 1))


def with_alpha(is_multiplied, is_planar, picture):
    """Colours and alpha."""
    colours, alpha = numpy.asarray(picture).astype(numpy.uint32), alpha_of(picture)[:, :, None]
    if is_multiplied:
        colours = (colours * alpha + 127) // 255
    samples = numpy.concatenate([colours, alpha], axis=2)
    return tiff(samples, 8, RGB, extra=1 if is_multiplied else 2, is_planar=is_planar)


def grey_with_alpha(picture):
    """Brightness and alpha."""
    return tiff(numpy.dstack([grey_of(picture, 8), alpha_of(picture)]), 8, MIN_IS_BLACK, extra=2)


BILEVEL = {
    "1 bit": functools.partial(dithered, False),
    "1 bit, white is 0": functools.partial(dithered, True),
}

PLAIN = {
    **{f"grey {depth}": functools.partial(grey, depth, False) for depth in (2, 4, 8, 16)},
    **{f"grey {depth}, white is 0": functools.partial(grey, depth, True) for depth in (2, 4, 8)},
    **{f"palette {depth}": functools.partial(indexed, depth, 257) for depth in (1, 2, 4, 8)},
    "palette 8 in bytes": functools.partial(indexed, 8, 1),
    "palette 8 with alpha": indexed_with_alpha,
    "rgb 8": functools.partial(rgb, 8, False),
    "rgb 8 planar": functools.partial(rgb, 8, True),
    "rgb 16": functools.partial(rgb, 16, False),
    "rgb 16 planar": functools.partial(rgb, 16, True),
    "cmyk": functools.partial(cmyk, False),
    "cmyk planar": functools.partial(cmyk, True),
    "rgb alpha": functools.partial(with_alpha, False, False),
    "rgb alpha planar": functools.partial(with_alpha, False, True),
    "rgb multiplied alpha": functools.partial(with_alpha, True, False),
    "grey alpha": grey_with_alpha,
}

# Pillow 13 misreads planar files with 16 bits; the file with the samples of a pixel together has
# the same pixels. It takes palettes of bytes for black; libtiff scales them.
SAME = {"rgb 16 planar": "rgb 16", "palette 8 in bytes": "palette 8"}

# Pillow 13 does not open big-endian BigTIFF, nor CMYK and palettes with the low bit first; the file
# that tiffcp read has the same pixels.
UNREAD_ORDERS = ("BigTIFF big-endian", "lsb first")

PACKINGS = {
    "none": ["-c", "none"], "lzw": ["-c", "lzw"], "zip": ["-c", "zip"],
    "packbits": ["-c", "packbits"], "zstd": ["-c", "zstd"], "lzma": ["-c", "lzma"],
}
PREDICTED = {"lzw:2": ["-c", "lzw:2"], "zip:2": ["-c", "zip:2"]}
FAX = {
    "g3": ["-c", "g3"], "g3 2d": ["-c", "g3:2d"], "g3 filled": ["-c", "g3:1d:fill"],
    "g4": ["-c", "g4"],
}

PIECES = {
    "one strip": ["-r", "100000"], "strips of 7": ["-s", "-r", "7"],
    "strips of 16": ["-s", "-r", "16"],
    "tiles": ["-t", "-w", "32", "-l", "16"], "large tiles": ["-t", "-w", "256", "-l", "256"],
}
ORDERS = {
    "": [], "big-endian": ["-B"], "lsb first": ["-f", "lsb2msb"], "BigTIFF": ["-8"],
    "BigTIFF big-endian": ["-8", "-B"],
}


def copied(source, args, order, picture):
    """The file of `source`, written anew by tiffcp."""
    plain = (BILEVEL | PLAIN)[source](picture)
    file = tool_on_files("tiffcp", *args, inputs=[plain], suffix=".tif")
    if source in SAME:
        return Made(file, twin=PLAIN[SAME[source]](picture))
    return Made(file, twin=plain if order in UNREAD_ORDERS else None)


def is_predicted(source):
    """Whether its samples are of whole bytes, so that differences of neighbours can be stored."""
    return source.startswith(("rgb", "cmyk", "grey 8", "grey 16", "grey alpha"))


def packings():
    """Each depth and colour with each packing, cut into pieces, in several byte orders."""
    sizes, pieces = sizes_in_turn(SIZES), itertools.cycle(PIECES.items())
    for source in BILEVEL | PLAIN:
        some = PACKINGS | (FAX if source in BILEVEL else {})
        some = some | (PREDICTED if is_predicted(source) else {})
        for (packing, how), (order, which) in itertools.product(some.items(), ORDERS.items()):
            if not order:
                next(pieces)  # There are as many orders as pieces: each meets each in time.
            piece, cut = next(pieces)
            kind = "tiff bilevel" if source in BILEVEL else f"tiff {source.split()[0]}"
            yield Case(kind,
                       f"{source}, {packing}, {piece}, {order}", next(sizes),
                       functools.partial(copied, source, [*how, *cut, *which], order))


def jpeg_in_tiff(args, picture, *, source="rgb 8"):
    """Pixels as JPEG inside of a TIFF; YCbCr unless the arguments say RGB."""
    return tool_on_files("tiffcp", *args, inputs=[PLAIN[source](picture)], suffix=".tif")


def by_pillow(mode, packing, picture):
    """Written by Pillow."""
    return saved(picture.convert(mode), "TIFF", compression=packing)


def jpegs():
    """TIFF around JPEG data."""
    for (piece, cut), (colour, how) in itertools.product(
            PIECES.items(), {"ycbcr": "jpeg:90", "rgb": "jpeg:r:90"}.items()):
        for size in SIZES[:2]:
            # A strip of JPEG data must hold whole units of 16 rows.
            rows = [*cut[:-1], "16"] if piece == "strips of 7" else cut
            yield Case("tiff jpeg", f"{colour}, {piece}", size,
                       functools.partial(jpeg_in_tiff, ["-c", how, *rows]))
    for mode, packing in itertools.product(
            ("L", "RGB", "CMYK", "YCbCr", "RGBX", "RGBA"),
            ("raw", "jpeg", "tiff_lzw", "tiff_adobe_deflate")):
        yield Case("tiff by Pillow", f"{mode}, {packing}", SIZES[0],
                   functools.partial(by_pillow, mode, packing))


def changed(file, *how):
    """A file with a tag changed by tiffset."""
    with tempfile.TemporaryDirectory(prefix="mamori-grid-") as folder:
        path = pathlib.Path(folder) / "changed.tif"
        path.write_bytes(file)
        tool("tiffset", *how, path)
        return path.read_bytes()


def turned(source, packing, value, picture):
    """A file that says how it is to be turned, 1 (upright) to 8."""
    file = tool_on_files("tiffcp", "-s", "-r", 16, "-c", packing,
                         inputs=[(BILEVEL | PLAIN)[source](picture)], suffix=".tif")
    return changed(file, "-s", 274, value)


def turns():
    """The eight orientations of several kinds of file."""
    for source, packing in (("rgb 8", "none"), ("rgb 8", "lzw"), ("rgb 8", "jpeg:90"),
                            ("grey 8", "zip"), ("1 bit", "g4"), ("rgb alpha", "lzw")):
        for value in range(1, 9):
            yield Case("tiff orientation", f"{source}, {packing}, {value}", SIZES[0],
                       functools.partial(turned, source, packing, value))


def pages(first, second, packing, picture):
    """Three pages: a picture, the same upside down in another way, and a smaller one."""
    small = picture.resize((picture.width // 2 + 9, picture.height // 2 + 9))
    inputs = [PLAIN[first](picture), PLAIN[second](upside_down(picture)), PLAIN[first](small)]
    return tool_on_files("tiffcp", "-c", packing, inputs=inputs, suffix=".tif")


def documents():
    """Files of several pages."""
    for first, second in itertools.permutations(("rgb 8", "grey 8", "palette 4", "grey 16"), 2):
        for packing in ("none", "lzw", "zip"):
            yield Case("tiff pages", f"{first} and {second}, {packing}", SIZES[2],
                       functools.partial(pages, first, second, packing))


def needless_predictor(source, packing, picture):
    """A predictor of a packing that has none, which libtiff ignores."""
    file = tool_on_files("tiffcp", "-c", packing, inputs=[PLAIN[source](picture)], suffix=".tif")
    return added(file, PREDICTOR, 2)


def negative_jpeg(picture):
    """JPEG data of which 0 is white."""
    file = changed(jpeg_in_tiff(["-c", "jpeg:90", "-r", "16"], picture, source="grey 8"),
                   "-s", PHOTOMETRIC, MIN_IS_WHITE)
    with Image.open(io.BytesIO(file)) as image:
        return Made(file, twin=saved(image.convert("L"), "PNG"))


def signed(picture):
    """Numbers with a sign."""
    return tiff(grey_of(picture, 16) >> 1, 16, MIN_IS_BLACK, sample_format=SIGNED)


def floating(picture):
    """Numbers from 0 to 1."""
    samples = (grey_of(picture, 8) / 255).astype("<f4").view("<u4")
    return tiff(samples, 32, MIN_IS_BLACK, sample_format=FLOATING)


# Kinds that are refused, each by an exception with its reason.
RARE = {
    "rgb 4": lambda picture: tiff(numpy.asarray(picture) >> 4, 4, RGB),
    "grey 12": lambda picture: tiff(grey_of(picture, 16) >> 4, 12, MIN_IS_BLACK),
    "grey 32": lambda picture: tiff(grey_of(picture, 16) * 65_537, 32, MIN_IS_BLACK),
    "signed": signed,
    "floating": floating,
    "lab": lambda picture: saved(picture.convert("LAB"), "TIFF"),
    "rle": lambda picture: saved(picture.convert("1"), "TIFF", compression="tiff_ccitt"),
    "grey alpha as JPEG": functools.partial(by_pillow, "LA", "jpeg"),
}


def rare(name, picture):
    """A kind that is refused; Pillow does not read all of them."""
    return Made(RARE[name](picture), twin=saved(picture, "PNG"))


def oddities():
    """What few writers do."""
    for source, packing in itertools.product(("grey 8", "grey 16", "rgb 8", "rgb 16", "cmyk"),
                                             ("none", "packbits")):
        yield Case("tiff oddities", f"predictor of {source}, {packing}", SIZES[0],
                   functools.partial(needless_predictor, source, packing))
    for size in SIZES:
        yield Case("tiff oddities", "JPEG, white is 0", size, negative_jpeg)
    for name in RARE:
        yield Case("tiff rare", name, SIZES[1], functools.partial(rare, name))


def cases():
    """Every TIFF of the grid."""
    yield from oddities()
    yield from packings()
    yield from jpegs()
    yield from turns()
    yield from documents()
