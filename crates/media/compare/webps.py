"""WebP files by Debian's programs and Pillow: with and without loss, alpha, animation, metadata."""

import functools
import itertools
import struct

from case import Case, Made, orientation, saved, tool, upside_down
from gifs import as_webp, frames_of, patched

SIZES = [(97, 65), (160, 113), (64, 96)]

# The flag of the extended header that says that EXIF data follow.
EXIF_FLAG = 0x08

STILL = {
    "q 50": ["-q", "50"], "q 90": ["-q", "90"], "q 90 fast": ["-q", "90", "-m", "0"],
    "q 90 slow": ["-q", "90", "-m", "6"], "sharp": ["-sharp_yuv"], "segments": ["-segments", "1"],
    "simple filter": ["-nostrong", "-f", "60"], "no filter": ["-f", "0"],
    "partitions": ["-partition_limit", "100"], "lossless": ["-lossless"],
    "lossless 9": ["-lossless", "-z", "9"], "near lossless": ["-near_lossless", "40"],
    "multi-threaded": ["-mt"], "low memory": ["-low_memory"], "photo": ["-preset", "photo"],
    "text": ["-preset", "text"],
}
ALPHA = {
    "alpha": [], "alpha q 10": ["-alpha_q", "10"], "raw alpha": ["-alpha_method", "0"],
    "alpha filtered": ["-alpha_filter", "best"], "lossless alpha": ["-lossless"],
    "exact": ["-lossless", "-exact"],
}


def still(args, picture):
    """One frame by cwebp."""
    return tool("cwebp", "-quiet", *args, "-o", "-", "--", "-", data=saved(picture, "PPM"))


def see_through(picture):
    """With alpha that follows the brightness."""
    image = picture.copy()
    image.putalpha(picture.convert("L").point(lambda value: 255 - value * 2 // 3))
    return image


def with_alpha(args, picture):
    """One frame with an alpha channel by cwebp."""
    data = saved(see_through(picture), "PNG")
    return tool("cwebp", "-quiet", *args, "-o", "-", "--", "-", data=data)


def extended(flags, picture, file, chunks=b""):
    """A simple file with the extended header, which may say what is not there."""
    size = struct.pack("<I", picture.width - 1)[:3] + struct.pack("<I", picture.height - 1)[:3]
    body = b"WEBP" + b"VP8X" + struct.pack("<II", 10, flags) + size + file[12:] + chunks
    return b"RIFF" + struct.pack("<I", len(body)) + body


def with_missing_exif(args, picture):
    """The header promises EXIF data, and there are none: a tool took them out."""
    file = still(args, picture)
    # Pillow refuses it; browsers and libwebp do not look.
    return Made(extended(EXIF_FLAG, picture, file), twin=file)


def with_unknown_chunk(args, picture):
    """A chunk that no reader knows, after the pixels."""
    return extended(0, picture, still(args, picture), b"MAMO" + struct.pack("<I", 6) + b"drawn!")


def with_junk(args, picture):
    """More bytes than the file says."""
    return still(args, picture) + b"junk" * 50


def turned(is_lossless, value, picture):
    """A file whose EXIF data ask for a turn."""
    return saved(picture, "WEBP", lossless=is_lossless, quality=90, exif=orientation(value))


def whole_frames(picture):
    """A GIF of three frames."""
    first, *more = (frame.quantize(64) for frame in frames_of(picture, 3))
    return saved(first, "GIF", save_all=True, append_images=more, duration=100)


def from_gif(args, make_gif, picture):
    """An animation converted by gif2webp."""
    return as_webp(make_gif(picture), *args)


def animated(args, picture):
    """Two frames by Pillow."""
    more = [upside_down(picture)]
    return saved(picture, "WEBP", save_all=True, append_images=more, duration=100, **args)


def cases():
    """Every WebP of the grid."""
    for (name, args), size in itertools.product(STILL.items(), SIZES):
        yield Case("webp", name, size, functools.partial(still, args))
    for (name, args), size in itertools.product(ALPHA.items(), SIZES):
        yield Case("webp alpha", name, size, functools.partial(with_alpha, args))
    for name, args in STILL.items():
        for edit, make in {"EXIF flag alone": with_missing_exif, "junk": with_junk,
                           "unknown chunk": with_unknown_chunk}.items():
            yield Case("webp containers", f"{edit}, {name}", SIZES[0],
                       functools.partial(make, args))
    for is_lossless, value in itertools.product((False, True), range(1, 9)):
        yield Case("webp orientation", f"{value}{', lossless' * is_lossless}", SIZES[0],
                   functools.partial(turned, is_lossless, value))
    for name, args in {"lossless": [], "lossy": ["-lossy"], "mixed": ["-mixed"]}.items():
        for gif, make_gif in {
                "whole frames": whole_frames, "patches": functools.partial(patched, {}),
        }.items():
            yield Case("webp animated", f"{gif}, {name}", SIZES[1],
                       functools.partial(from_gif, args, make_gif))
    for name, args in {"lossless": {"lossless": True}, "lossy": {"quality": 90},
                       "mixed": {"allow_mixed": True}}.items():
        yield Case("webp animated", f"by Pillow, {name}", SIZES[0],
                   functools.partial(animated, args))
