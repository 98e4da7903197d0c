"""JPEG files whose container is damaged or unusual while every coefficient is there."""

import functools
import re

from case import Case, Made, orientation
from jpegs import SAMPLINGS, SIZES, compressed, sampled, saved, tool

# Length, name, version, flags and, last, the colour transform: 0 is none.
ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
END = b"\xff\xd9"


def with_adobe(transform, file):
    """Adobe's marker after JFIF's; libjpeg believes JFIF."""
    at = file.index(b"\xff\xdb")
    return file[:at] + ADOBE + bytes([transform]) + file[at:]


def without_segment(code, file):
    """All segments of one marker left out, up to the first scan."""
    at, kept = 2, [file[:2]]
    while file[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(file[at + 2:at + 4])
        if file[at + 1] != code:
            kept.append(file[at:end])
        at = end
    return b"".join(kept) + file[at:]


def with_segment(segment, file):
    """One segment more, directly after the start of the image."""
    return file[:2] + segment + file[2:]


def without_end(file):
    """No end-of-image marker: an upload that was cut by two bytes."""
    return file.removesuffix(END)


def restarts_of(file):
    """Where the restart markers stand."""
    scan = file.index(b"\xff\xda")
    return [found.start() for found in re.finditer(rb"\xff[\xd0-\xd7]", file[scan:], re.DOTALL)
            ], scan


def without_a_restart(file):
    """The middle restart marker left out; the data around it are all there."""
    found, scan = restarts_of(file)
    at = scan + found[len(found) // 2]
    return file[:at] + file[at + 2:]


def with_a_wrong_restart(file):
    """The middle restart marker has the number of the one after it."""
    found, scan = restarts_of(file)
    at = scan + found[len(found) // 2] + 1
    return file[:at] + bytes([0xD0 + (file[at] - 0xD0 + 1) % 8]) + file[at + 1:]


def filled(file):
    """More 0xFF before each restart marker and before the end, which are to be passed over."""
    scan = file.index(b"\xff\xda")
    return file[:scan] + re.sub(rb"\xff(?=[\xd0-\xd9])", b"\xff" * 3, file[scan:])


JFIF_GONE = functools.partial(without_segment, 0xE0)
LONG_COMMENT = b"\xff\xfe\xff\xff" + b"x" * 65_533

# What is done to the file by name, and whether the reference reads the file as it was before.
EDITS = {
    "JFIF and Adobe 0": (functools.partial(with_adobe, 0), False),
    "JFIF and Adobe 1": (functools.partial(with_adobe, 1), False),
    "no JFIF": (JFIF_GONE, False),
    "no JFIF, Adobe 1": (lambda file: with_adobe(1, JFIF_GONE(file)), False),
    # Pillow itself asks for more data where libjpeg would end the picture.
    "no end": (without_end, True),
    "junk after the end": (lambda file: file + b"junk \xff\xd8\xff" * 50, False),
    "another file after the end": (lambda file: file + file, False),
    "zeros after the end": (lambda file: file + bytes(5_000), False),
    "long comment": (functools.partial(with_segment, LONG_COMMENT), False),
    "unknown segment": (functools.partial(with_segment, b"\xff\xeb\x00\x06mamo"), False),
    "fill bytes": (filled, False),
}

RESTART_EDITS = {
    "missing restart": without_a_restart,
    "wrong restart": with_a_wrong_restart,
    "fill bytes at restarts": filled,
}


def edited(sampling, flags, edit, is_twin_needed, picture):
    """A file of cjpeg with one edit."""
    file = compressed(picture, *sampled(sampling), *flags)
    return Made(edit(file), twin=file if is_twin_needed else None)


def turned(sampling, flags, value, picture):
    """A file of cjpeg whose EXIF data ask for a turn."""
    exif = b"Exif\0\0" + orientation(value).tobytes().removeprefix(b"Exif\0\0")
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif
    return with_segment(segment, compressed(picture, *sampled(sampling), *flags))


def from_pillow(transform, picture):
    """CMYK by Pillow whose marker of Adobe says another transform."""
    file = saved(picture.convert("CMYK"), "JPEG")
    at = file.index(b"Adobe") + 11
    return file[:at] + bytes([transform]) + file[at + 1:]


def as_mjpeg(picture):
    """A frame of a webcam: the usual Huffman tables are left out."""
    return without_segment(0xC4, compressed(picture, "-sample", "2x1"))


def rewritten(args, picture):
    """Comments and other markers of the source dropped or kept by jpegtran."""
    return tool("jpegtran", *args, data=saved(picture, "JPEG", quality=90, comment=b"drawn"))


def cases():
    """Every edit over samplings and layouts."""
    flags_of = {"": [], "progressive": ["-progressive"], "optimized": ["-optimize"]}
    for shape in ("4:4:4", "4:2:0", "4:2:2", "4:4:0"):
        sampling = SAMPLINGS[shape]
        for layout, flags in flags_of.items():
            for name, (edit, is_twin_needed) in EDITS.items():
                make = functools.partial(edited, sampling, flags, edit, is_twin_needed)
                yield Case("jpeg containers", f"{name}, {shape} {layout}", SIZES[0], make)
            for value in range(1, 9):
                make = functools.partial(turned, sampling, flags, value)
                yield Case("jpeg orientation", f"{value}, {shape} {layout}", SIZES[5], make)
        for name, edit in RESTART_EDITS.items():
            for interval in ("1", "7B"):
                make = functools.partial(edited, sampling, ["-restart", interval], edit, False)
                yield Case("jpeg restarts", f"{name}, {shape} {interval}", SIZES[4], make)
    for size in SIZES:
        yield Case("jpeg containers", "no Huffman tables", size, as_mjpeg)
    for transform in range(3):
        make = functools.partial(from_pillow, transform)
        yield Case("jpeg containers", f"cmyk, Adobe {transform}", SIZES[0], make)
    for kept in ("none", "comments", "all"):
        make = functools.partial(rewritten, ["-copy", kept])
        yield Case("jpeg containers", f"jpegtran -copy {kept}", SIZES[0], make)
