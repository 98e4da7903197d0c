"""BMP files written here byte by byte: depths, masks, run lengths, row orders, headers."""

import functools
import itertools
import struct

import numpy

from case import Case, Made, saved

SIZES = [(97, 65), (64, 96), (131, 70)]

CORE, INFO, V4, V5 = 12, 40, 108, 124
NONE, RLE8, RLE4, MASKS = 0, 1, 2, 3


def header(picture, depth, compression, colours, *, kind=INFO, is_top_down=False):
    """The information header, without masks."""
    width, height = picture.size
    if kind == CORE:
        return struct.pack("<IHHHH", CORE, width, height, 1, depth)
    head = struct.pack("<IiiHHIIiiII", kind, width, -height if is_top_down else height, 1, depth,
                       compression, 0, 2835, 2835, colours, 0)
    return head + bytes(kind - INFO)


def assembled(head, pixels):
    """File header, everything before the pixels, the pixels."""
    offset = 14 + len(head)
    return b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + head + pixels


def rows_of(lines, is_top_down):
    """Rows of bytes, each filled up to a multiple of four, the last one first."""
    lines = numpy.pad(lines, ((0, 0), (0, -lines.shape[1] % 4)))
    return (lines if is_top_down else lines[::-1]).tobytes()


def indexed(picture, depth):
    """Indices and the palette as blue, green, red."""
    if depth == 1:
        return numpy.asarray(picture.convert("1")).astype(numpy.uint8), b"\0\0\0\xff\xff\xff"
    image = picture.quantize(1 << depth)
    colours = numpy.array(image.getpalette(), numpy.uint8).reshape(-1, 3)[:, ::-1]
    return numpy.asarray(image), colours.tobytes().ljust(3 << depth, b"\0")[:3 << depth]


def bits_packed(indices, depth):
    """Indices of 1, 4 or 8 bits, first pixel in the high bits."""
    if depth == 8:
        return indices
    if depth == 1:
        return numpy.packbits(indices, axis=1)
    even = numpy.pad(indices, ((0, 0), (0, indices.shape[1] % 2)))
    return even[:, ::2] << 4 | even[:, 1::2]


def quads(colours):
    """A palette with four bytes for each colour."""
    triples = numpy.frombuffer(colours, numpy.uint8).reshape(-1, 3)
    return numpy.pad(triples, ((0, 0), (0, 1))).tobytes()


def palette(depth, kind, is_top_down, picture):
    """Indices without compression."""
    indices, colours = indexed(picture, depth)
    head = header(picture, depth, NONE, 0, kind=kind, is_top_down=is_top_down)
    head += colours if kind == CORE else quads(colours)
    return assembled(head, rows_of(bits_packed(indices, depth), is_top_down))


def run_lengths(depth, are_runs, picture):
    """Indices as runs, or as literal pieces of up to 254 pixels."""
    indices, colours = indexed(picture, depth)
    out = bytearray()
    for row in indices[::-1]:
        out += (runs if are_runs else literals)(row.tolist(), depth) + b"\x00\x00"
    head = header(picture, depth, RLE8 if depth == 8 else RLE4, 0) + quads(colours)
    return assembled(head, bytes(out[:-2]) + b"\x00\x01")


def runs(row, depth):
    """Each run of one index as a count and a value."""
    out = bytearray()
    for value, same in itertools.groupby(row):
        count = len(list(same))
        out += bytes([count, value if depth == 8 else value << 4 | value])
    return out


def literals(row, depth):
    """Pieces that are written out, each filled up to a multiple of two bytes."""
    out = bytearray()
    for start in range(0, len(row), 100):
        piece = row[start:start + 100]
        if len(piece) < 3:
            out += runs(piece, depth)
            continue
        packed = bits_packed(numpy.array([piece], numpy.uint8), depth).tobytes()
        out += bytes([0, len(piece)]) + packed + bytes(len(packed) % 2)
    return out


def colours(depth, kind, is_top_down, picture):
    """Blue, green, red, and for 32 bits a byte that means nothing."""
    pixels = numpy.asarray(picture)[:, :, ::-1]
    pixels = numpy.pad(pixels, ((0, 0), (0, 0), (0, depth // 8 - 3)))
    head = header(picture, depth, NONE, 0, kind=kind, is_top_down=is_top_down)
    return assembled(head, rows_of(pixels.reshape(picture.height, -1), is_top_down))


# Bits of red, green and blue, from the highest one down.
SHAPES = {"555": (5, 5, 5), "565": (5, 6, 5)}


def masked(shape, is_top_down, picture):
    """16 bits a pixel with masks that say where each colour stands."""
    red, green, blue = SHAPES[shape]
    samples = numpy.asarray(picture).astype(numpy.uint16)
    values = (samples[:, :, 0] >> (8 - red) << (green + blue)
              | samples[:, :, 1] >> (8 - green) << blue | samples[:, :, 2] >> (8 - blue))
    lines = numpy.ascontiguousarray(values).view(numpy.uint8)
    masks = ((1 << red) - 1 << (green + blue), (1 << green) - 1 << blue, (1 << blue) - 1)
    head = header(picture, 16, MASKS, 0, is_top_down=is_top_down) + struct.pack("<III", *masks)
    return assembled(head, rows_of(lines, is_top_down))


def masked_32(order, picture):
    """32 bits a pixel with masks; the plain file of 24 bits has the same pixels."""
    shifts = {"rgb": (16, 8, 0), "bgr": (0, 8, 16), "high": (24, 16, 8)}[order]
    samples = numpy.asarray(picture).astype(numpy.uint32)
    values = sum(samples[:, :, plane] << shift for plane, shift in enumerate(shifts))
    lines = numpy.ascontiguousarray(values.astype("<u4")).view(numpy.uint8)
    head = header(picture, 32, MASKS, 0) + struct.pack("<III", *(0xFF << s for s in shifts))
    return Made(assembled(head, rows_of(lines, False)), twin=saved(picture, "BMP"))


def cases():
    """Every BMP of the grid."""
    for depth, kind, is_top_down in itertools.product((1, 4, 8), (CORE, INFO, V4, V5),
                                                      (False, True)):
        if kind == CORE and is_top_down:
            continue  # The old header knows no negative height.
        yield Case("bmp", f"palette {depth}, header {kind}{', top down' * is_top_down}", SIZES[0],
                   functools.partial(palette, depth, kind, is_top_down))
    for depth, kind, is_top_down in itertools.product((24, 32), (INFO, V4, V5), (False, True)):
        yield Case("bmp", f"rgb {depth}, header {kind}{', top down' * is_top_down}", SIZES[1],
                   functools.partial(colours, depth, kind, is_top_down))
    for depth, are_runs, size in itertools.product((8, 4), (True, False), SIZES):
        yield Case("bmp", f"rle {depth}{', runs' * are_runs}", size,
                   functools.partial(run_lengths, depth, are_runs))
    for shape, is_top_down, size in itertools.product(SHAPES, (False, True), SIZES):
        yield Case("bmp", f"masks {shape}{', top down' * is_top_down}", size,
                   functools.partial(masked, shape, is_top_down))
    for order, size in itertools.product(("rgb", "bgr", "high"), SIZES):
        yield Case("bmp", f"masks 32 {order}", size, functools.partial(masked_32, order))
