"""Files of which a byte or two of the structure were changed: where Pillow still shows the picture,
Mamori must find it, or say that it could not read all of the file."""

import contextlib
import dataclasses
import io
import os
import random
import re
import struct
import zlib

import numpy
from PIL import Image

import answers
import reference
from case import saved, tool_on_files, upside_down
from tiffs import PLAIN
from verdict import Outcome

SIZE = (128, 96)
# Changed files of each kind.
EACH = 250
# The distance within which two pictures are the same, PDQ's own recommendation.
SAME_MAX = 31
# Pillow's frames that are looked at.
FRAMES_MAX = 3
# A changed header may ask for a picture that takes minutes.
PIXELS_MAX = 1_000_000
# The share of changed TIFF files in which a tag occurs twice: viewers disagree about them.
TWICE = 0.3
# Values that mean something in many formats; a bit more and a bit less are others.
VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 255]


@dataclasses.dataclass
class Changed:
    """What came of the changed files of one kind."""

    kind: str
    found: int = 0
    # Refused, or said to be read in part.
    told: int = 0
    # Neither, each with a finding.
    silent: list[Outcome] = dataclasses.field(default_factory=list)

    def count(self):
        """The files that Pillow still shows."""
        return self.found + self.told + len(self.silent)


def see_through(picture):
    """With alpha from left to right."""
    slope = numpy.linspace(100, 255, picture.width).astype(numpy.uint8)
    image = picture.copy()
    image.putalpha(Image.fromarray(numpy.tile(slope, (picture.height, 1))))
    return image


def copied(source, *args):
    """A TIFF by tiffcp."""
    return lambda picture: tool_on_files("tiffcp", *args, inputs=[PLAIN[source](picture)],
                                         suffix=".tif")


def animated(form, **options):
    """Two frames."""
    return lambda picture: saved(picture, form, save_all=True, duration=100,
                                 append_images=[upside_down(picture)], **options)


# Each kind: how it is made, and the bytes of its structure, from the first one on; None for the
# directory of a TIFF.
KINDS = {
    "jpeg": (lambda picture: saved(picture, "JPEG", quality=90), 700),
    "jpeg progressive": (lambda picture: saved(picture, "JPEG", progressive=True), 500),
    "jpeg cmyk": (lambda picture: saved(picture.convert("CMYK"), "JPEG"), 300),
    "png": (lambda picture: saved(picture, "PNG"), 60),
    "png palette": (lambda picture: saved(picture.quantize(60), "PNG"), 260),
    "png alpha": (lambda picture: saved(see_through(picture), "PNG"), 60),
    "apng": (animated("PNG"), 120),
    "gif": (lambda picture: saved(picture.quantize(60), "GIF"), 850),
    "gif animated": (animated("GIF"), 900),
    "webp": (lambda picture: saved(picture, "WEBP"), 60),
    "webp lossless": (lambda picture: saved(picture, "WEBP", lossless=True), 40),
    "webp alpha": (lambda picture: saved(see_through(picture), "WEBP"), 120),
    "webp animated": (animated("WEBP"), 160),
    "bmp": (lambda picture: saved(picture, "BMP"), 60),
    "bmp palette": (lambda picture: saved(picture.quantize(60), "BMP"), 300),
    "avif": (lambda picture: saved(picture, "AVIF", speed=10), 320),
    "avif alpha": (lambda picture: saved(see_through(picture), "AVIF", speed=10), 500),
    "tiff": (copied("rgb 8", "-c", "none"), None),
    "tiff predictor": (copied("rgb 8", "-c", "lzw:2", "-r", 32), None),
    "tiff tiles": (copied("rgb 8", "-c", "packbits", "-t", "-w", 32, "-l", 32), None),
    "tiff palette": (copied("palette 8", "-c", "zip"), None),
    "tiff grey 16": (copied("grey 16", "-c", "zip"), None),
    "tiff planes": (copied("rgb 8 planar", "-c", "none"), None),
    "tiff cmyk": (copied("cmyk", "-c", "none"), None),
    "tiff alpha": (copied("rgb alpha", "-c", "none"), None),
    "tiff big-endian": (copied("rgb 8", "-c", "lzw", "-B"), None),
    "tiff lsb first": (copied("grey 8", "-c", "lzw", "-f", "lsb2msb"), None),
    "tiff BigTIFF": (copied("rgb 8", "-c", "zip", "-8"), None),
    "tiff jpeg": (copied("rgb 8", "-c", "jpeg:90", "-r", 16), None),
}


def places(file, structure):
    """Where bytes are changed."""
    if structure is not None:
        return range(min(structure, len(file)))
    order = "<" if file.startswith(b"II") else ">"
    if struct.unpack_from(f"{order}H", file, 2) == (43,):
        (start,) = struct.unpack_from(f"{order}Q", file, 8)
        (count,) = struct.unpack_from(f"{order}Q", file, start)
        end = start + 8 + 20 * count + 8
    else:
        (start,) = struct.unpack_from(f"{order}I", file, 4)
        (count,) = struct.unpack_from(f"{order}H", file, start)
        end = start + 2 + 12 * count + 4
    return range(start, end)


def with_checksums(file):
    """A PNG whose chunks have the checksums of their data, as far as there are whole chunks."""
    at = 8
    while at + 12 <= len(file):
        (length,) = struct.unpack_from(">I", file, at)
        end = at + 8 + length
        if end + 4 > len(file):
            break
        struct.pack_into(">I", file, end, zlib.crc32(file[at + 4:end]))
        at = end + 4


def with_tag_twice(file, chosen):
    """A TIFF of which one entry gets the tag of another one; for BigTIFF and others, None."""
    order = "<" if file.startswith(b"II") else ">"
    if struct.unpack_from(f"{order}H", file, 2) != (42,):
        return None
    (start,) = struct.unpack_from(f"{order}I", file, 4)
    (count,) = struct.unpack_from(f"{order}H", file, start)
    one, other = chosen.sample(range(count), 2)
    tag_at = [start + 2 + 12 * entry for entry in (one, other)]
    data = bytearray(file)
    data[tag_at[1]:tag_at[1] + 2] = data[tag_at[0]:tag_at[0] + 2]
    return bytes(data)


def changed(file, where, seed):
    """The file with one or two bytes changed, the same in each run."""
    chosen = random.Random(seed)
    is_tiff = file[:2] in (b"II", b"MM")
    if is_tiff and chosen.random() < TWICE and (twice := with_tag_twice(file, chosen)):
        return twice
    data = bytearray(file)
    for _ in range(chosen.choice((1, 1, 1, 2))):
        at = chosen.choice(where)
        other = [data[at] ^ 1 << chosen.randrange(8), data[at] + 1 & 255, data[at] - 1 & 255,
                 chosen.randrange(256)]
        data[at] = chosen.choice(VALUES + other)
    if data.startswith(b"\x89PNG"):
        with_checksums(data)
    return bytes(data)


def shown(file):
    """The hashes of what Pillow shows, as numbers; none if it refuses the file."""
    try:
        with Image.open(io.BytesIO(file)) as image:
            if image.width * image.height > PIXELS_MAX:
                return []
        frames = reference.frames_of(file, FRAMES_MAX)
    except Exception:  # Whatever Pillow raises: most changes break a file.
        return []
    views = (view for frame in frames for view in frame.views.values())
    return [hash_.bits for view in views for hash_ in (view.stored, view.displayed)]


def is_near(some, others):
    """Whether a hash of one list is near to one of the other."""
    return any((one ^ other).bit_count() <= SAME_MAX for one in some for other in others)


def hashes_of(answer):
    """Every hash that Mamori looks up."""
    texts = list(answer["dihedral"])
    for view in (view for frame in answer["views"] for view in frame):
        texts += [view["pdq"], view["displayed"] or view["pdq"]]
    return [int(text, 16) for text in texts]


@contextlib.contextmanager
def silence():
    """Drops what libtiff writes to standard error about broken files."""
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@silence()
def compare(job):
    """What came of the changed files of one kind."""
    work, program, kind, path = job
    make, structure = KINDS[kind]
    file = make(Image.open(path).convert("RGB").resize(SIZE))
    original, where = shown(file), places(file, structure)
    candidates = {changed(file, where, f"{kind} {number}"): number for number in range(EACH)}
    asked = []
    for data, number in candidates.items():
        if data != file and is_near(shown(data), original):
            one = work / re.sub(r"[^0-9A-Za-z]+", "-", f"changed {kind} {number}")
            one.write_bytes(data)
            asked.append((number, one))
    result = Changed(kind)
    given = answers.about(program, [one for _, one in asked]) if asked else []
    for (number, one), answer in zip(asked, given):
        if is_silent(answer, original, result):
            outcome = Outcome("changed", f"changed/{kind} {number}")
            outcome.add("silent", f"Pillow shows the picture, and {one} has other hashes")
            result.silent.append(outcome)
        else:
            one.unlink()
    return result


def is_silent(answer, original, result):
    """Whether an answer neither has the picture nor tells that something is wrong; counts it."""
    if answer.get("kind") in ("crash", "hang"):
        return True
    if "error" not in answer and is_near(hashes_of(answer), original):
        result.found += 1
        return False
    if "error" in answer or answer["rest"] is not None:
        result.told += 1
        return False
    return True
