"""Writes plain TIFF files of any depth, which libtiff's `tiffcp` then packs in other ways."""

import struct

import numpy

# Tags, by their names in the TIFF 6.0 specification.
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
OFFSETS, SAMPLES, ROWS_IN_STRIP, SIZES, PLANAR = 273, 277, 278, 279, 284
PREDICTOR, COLOUR_MAP, EXTRA_SAMPLES, SAMPLE_FORMAT = 317, 320, 338, 339

MIN_IS_WHITE, MIN_IS_BLACK, RGB, PALETTE, CMYK = 0, 1, 2, 3, 5
SIGNED, FLOATING = 2, 3

SHORT, LONG = 3, 4


def packed(rows, depth):
    """Samples of `depth` bits as bytes, each row from a byte of its own."""
    if depth == 8:
        return rows.astype(numpy.uint8).tobytes()
    if depth in (16, 32):
        return rows.astype(f"<u{depth // 8}").tobytes()
    bits = numpy.unpackbits(rows.astype(">u2").view(numpy.uint8), axis=1)
    bits = bits.reshape(rows.shape[0], -1, 16)[:, :, 16 - depth:].reshape(rows.shape[0], -1)
    return numpy.packbits(bits, axis=1).tobytes()


def entry(tag, values):
    """A tag with its kind and values; long numbers where short ones are too short."""
    kind = LONG if max(values) > 0xFFFF else SHORT
    return tag, kind, struct.pack(f"<{len(values)}{'I' if kind == LONG else 'H'}", *values)


def tiff(samples, depth, photometric, *, is_planar=False, extra=None, colour_map=None,
         sample_format=1):
    """A little-endian TIFF of one page.

    `samples` has the shape (height, width) or (height, width, samples a pixel); `extra` is 1 for
    alpha that the colours are multiplied with and 2 for alpha that they are not.
    """
    samples = samples[:, :, None] if samples.ndim == 2 else samples
    height, width, count = samples.shape
    if is_planar:
        strips = [packed(samples[:, :, plane], depth) for plane in range(count)]
    else:
        strips = [packed(samples.reshape(height, -1), depth)]
    offsets = [8 + sum(map(len, strips[:position])) for position in range(len(strips))]
    entries = [
        entry(WIDTH, [width]), entry(HEIGHT, [height]), entry(BITS, [depth] * count),
        entry(COMPRESSION, [1]), entry(PHOTOMETRIC, [photometric]), entry(OFFSETS, offsets),
        entry(SAMPLES, [count]), entry(ROWS_IN_STRIP, [height]),
        entry(SIZES, list(map(len, strips))), entry(PLANAR, [2 if is_planar else 1]),
    ]
    if colour_map:
        entries.append(entry(COLOUR_MAP, colour_map))
    if extra:
        entries.append(entry(EXTRA_SAMPLES, [extra]))
    if sample_format != 1:
        entries.append(entry(SAMPLE_FORMAT, [sample_format] * count))
    return assembled(b"".join(strips), entries)


def assembled(data, entries):
    """Header, pixels, then the directory and the values that do not fit into it."""
    data += bytes(len(data) % 2)
    directory = 8 + len(data)
    tail_at = directory + 2 + 12 * len(entries) + 4
    listed, tail = b"", b""
    for tag, kind, values in entries:
        count = len(values) // (4 if kind == LONG else 2)
        listed += struct.pack("<HHI", tag, kind, count)
        if len(values) <= 4:
            listed += values.ljust(4, b"\0")
        else:
            listed += struct.pack("<I", tail_at + len(tail))
            tail += values
    head = struct.pack("<2sHI", b"II", 42, directory)
    return head + data + struct.pack("<H", len(entries)) + listed + bytes(4) + tail


def added(file, tag, value):
    """A little-endian file of one page, with one more number in a new directory at its end."""
    (directory,) = struct.unpack_from("<I", file, 4)
    (count,) = struct.unpack_from("<H", file, directory)
    entries = [file[at:at + 12] for at in range(directory + 2, directory + 2 + 12 * count, 12)]
    entries.append(struct.pack("<HHIHH", tag, SHORT, 1, value, 0))
    entries.sort(key=lambda entry: struct.unpack_from("<H", entry))
    file += bytes(len(file) % 2)
    listed = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return file[:4] + struct.pack("<I", len(file)) + file[8:] + listed
