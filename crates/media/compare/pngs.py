"""PNG files written here byte by byte: colours, depths, interlacing, and unusual chunks."""

import functools
import itertools
import struct
import zlib

import numpy

from case import Case, Made, orientation, saved, upside_down
from tiff_writer import packed

SIZES = [(97, 65), (64, 96)]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"\x00\x00\x00\x00IEND\xaeB`\x82"

GREY, COLOUR, INDEXED, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
DEPTHS = {
    GREY: (1, 2, 4, 8, 16), COLOUR: (8, 16), INDEXED: (1, 2, 4, 8), GREY_ALPHA: (8, 16),
    COLOUR_ALPHA: (8, 16),
}
NAMES = {
    GREY: "grey", COLOUR: "rgb", INDEXED: "palette", GREY_ALPHA: "grey alpha",
    COLOUR_ALPHA: "rgb alpha",
}

# First column, first row and the steps between them, of each of Adam7's passes.
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def chunk(name, data):
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def alpha_of(picture):
    """Clear at the top left corner, solid at the bottom right one."""
    across, down = numpy.linspace(0, 1, picture.width), numpy.linspace(0, 1, picture.height)
    return (255 * (across[None, :] + down[:, None]) / 2).astype(numpy.uint32)


def samples_of(picture, colour, depth):
    """Samples with the shape (height, width, samples a pixel), and the palette."""
    if colour == INDEXED:
        image = picture.quantize(1 << depth)
        return numpy.asarray(image)[:, :, None], bytes(image.getpalette()[:3 << depth])
    is_grey = colour in (GREY, GREY_ALPHA)
    eight = numpy.asarray(picture.convert("L" if is_grey else "RGB")).astype(numpy.uint32)
    eight = eight[:, :, None] if is_grey else eight
    if depth == 1:
        eight = numpy.asarray(picture.convert("1")).astype(numpy.uint32)[:, :, None] * 255
    if colour in (GREY_ALPHA, COLOUR_ALPHA):
        eight = numpy.concatenate([eight, alpha_of(picture)[:, :, None]], axis=2)
    return (eight * 257 if depth == 16 else eight >> (8 - depth)), b""


def filtered(samples, depth):
    """Rows as PNG stores them before compression, with the filters 0, 1 and 2 in turn."""
    height, width, count = samples.shape
    if not height or not width:
        return b""
    rows = samples.reshape(height, width * count)
    data = packed(rows, depth) if depth != 16 else rows.astype(">u2").tobytes()
    lines = numpy.frombuffer(data, numpy.uint8).reshape(height, -1)
    step = max(1, count * depth // 8)
    before = numpy.zeros_like(lines)
    before[:, step:] = lines[:, :-step]
    above = numpy.zeros_like(lines)
    above[1:] = lines[:-1]
    kinds = numpy.arange(height, dtype=numpy.uint8)[:, None] % 3
    out = numpy.where(kinds == 1, lines - before, numpy.where(kinds == 2, lines - above, lines))
    return numpy.concatenate([kinds, out], axis=1).tobytes()


def header(picture, colour, depth, is_interlaced):
    """The first chunk."""
    size = struct.pack(">II", *picture.size)
    return chunk(b"IHDR", size + bytes([depth, colour, 0, 0, int(is_interlaced)]))


def data_of(samples, depth, is_interlaced):
    """The pixels, compressed."""
    passes = ADAM7 if is_interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::down, x::across] for x, y, across, down in passes]
    return zlib.compress(b"".join(filtered(part, depth) for part in parts))


def png(picture, colour, depth, is_interlaced, extra=()):
    """A whole file; `extra` chunks stand before the pixels."""
    samples, colours = samples_of(picture, colour, depth)
    parts = [SIGNATURE, header(picture, colour, depth, is_interlaced)]
    if colours:
        parts.append(chunk(b"PLTE", colours))
    parts += [chunk(name, data) for name, data in extra]
    return b"".join([*parts, chunk(b"IDAT", data_of(samples, depth, is_interlaced)), END])


# Chunks that make some pixels clear, by colour; a grey or colour of 16 bits counts as such.
CLEAR = {GREY: b"\x00\x01", COLOUR: b"\x00\x80\x00\x80\x00\x80", INDEXED: b"\xff\x40\x00\x80"}


def extras(colour):
    """Chunks to add, by name."""
    some = {
        "plain": (), "gamma": ((b"gAMA", struct.pack(">I", 45_455)),),
        "unknown chunk": ((b"maMo", b"x" * 100),),
    }
    if colour in CLEAR:
        some["clear colour"] = ((b"tRNS", CLEAR[colour]),)
    return some


def written(colour, depth, is_interlaced, extra, picture):
    """With the picture last, as cases call it."""
    return png(picture, colour, depth, is_interlaced, extra)


def kinds():
    """Each colour and depth, interlaced or not, with each extra chunk."""
    for colour, depths in DEPTHS.items():
        for depth, is_interlaced in itertools.product(depths, (False, True)):
            for (extra, chunks), size in itertools.product(extras(colour).items(), SIZES):
                name = f"{NAMES[colour]} {depth}, {'Adam7, ' * is_interlaced}{extra}"
                yield Case("png", name, size,
                           functools.partial(written, colour, depth, is_interlaced, chunks))


def in_small_chunks(file):
    """The pixels in chunks of 100 bytes, with an empty one before them."""
    at = file.index(b"IDAT") - 4
    length = int.from_bytes(file[at:at + 4])
    data, rest = file[at + 8:at + 8 + length], file[at + 12 + length:]
    pieces = [data[start:start + 100] for start in range(0, length, 100)]
    return file[:at] + b"".join(chunk(b"IDAT", piece) for piece in [b"", *pieces]) + rest


def with_wrong_sum_of_text(file):
    """A chunk of text whose checksum is wrong; it says nothing about the pixels."""
    at = file.index(b"IDAT") - 4
    return file[:at] + chunk(b"tEXt", b"Comment\0drawn")[:-4] + b"\0\0\0\0" + file[at:]


EDITS = {
    "no end": lambda file: file.removesuffix(END),
    "junk after the end": lambda file: file + b"PK\x03\x04 and more" * 40,
    "small chunks": in_small_chunks,
    "wrong sum of text": with_wrong_sum_of_text,
}


def edited(colour, is_interlaced, edit, picture):
    """One edit of a file."""
    file = png(picture, colour, 8, is_interlaced)
    # Pillow refuses a wrong checksum anywhere; browsers and libpng pass over chunks of text.
    return Made(EDITS[edit](file), twin=file if edit == "wrong sum of text" else None)


def turned(colour, value, picture):
    """A file whose EXIF data ask for a turn."""
    data = orientation(value).tobytes().removeprefix(b"Exif\0\0")
    return png(picture, colour, 8, False, ((b"eXIf", data),))


def animated(mode, options, picture):
    """Two frames by Pillow."""
    image = picture.convert(mode)
    return saved(image, "PNG", save_all=True, append_images=[upside_down(image)], **options)


def cases():
    """Every PNG of the grid."""
    yield from kinds()
    for colour, is_interlaced, edit in itertools.product(DEPTHS, (False, True), EDITS):
        yield Case("png containers", f"{NAMES[colour]}, {'Adam7, ' * is_interlaced}{edit}",
                   SIZES[0], functools.partial(edited, colour, is_interlaced, edit))
    for colour, value in itertools.product((GREY, COLOUR, COLOUR_ALPHA), range(1, 9)):
        yield Case("png orientation", f"{NAMES[colour]}, {value}", SIZES[0],
                   functools.partial(turned, colour, value))
    for mode, disposal, blend in itertools.product(("RGB", "RGBA"), range(3), range(2)):
        options = {"disposal": disposal, "blend": blend, "duration": 100}
        yield Case("png animated", f"{mode}, disposal {disposal}, blend {blend}", SIZES[0],
                   functools.partial(animated, mode, options))
    yield Case("png animated", "first picture is no frame", SIZES[0],
               functools.partial(animated, "RGB", {"default_image": True}))
