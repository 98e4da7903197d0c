"""GIF files: interlaced, see-through, animated, and with an odd logical screen or no trailer."""

import functools
import itertools

from PIL import Image

from case import Case, Made, saved, tool_on_files, upside_down

SIZES = [(97, 65), (160, 96), (64, 129)]
TRAILER = b"\x3b"


def still(colours, options, picture):
    """One frame with a palette."""
    return saved(picture.quantize(colours), "GIF", **options)


def grey(picture):
    """One frame of greys."""
    return saved(picture.convert("L"), "GIF")


def screen(width, height, file):
    """The logical screen's size changed, and nothing else."""
    return file[:6] + width.to_bytes(2, "little") + height.to_bytes(2, "little") + file[10:]


def with_extensions(file):
    """A comment and an unknown application's data before the first frame."""
    at = 13 + (3 << (file[10] & 7) + 1 if file[10] & 0x80 else 0)
    extra = b"\x21\xfe\x05drawn\x00" + b"\x21\xff\x0bMAMORI00001\x03abc\x00"
    return file[:at] + extra + file[at:]


def as_webp(file, *args):
    """The animation converted by gif2webp, without a loss unless the arguments ask for one."""
    return tool_on_files("gif2webp", "-quiet", *args, inputs=[file], suffix=".gif",
                         before_output=["-o"])


EDITS = {
    "screen 0x0": functools.partial(screen, 0, 0),
    "screen 16x16": functools.partial(screen, 16, 16),
    "screen too low": functools.partial(screen, 640, 20),
    "screen larger": functools.partial(screen, 180, 140),
    "no trailer": lambda file: file.removesuffix(TRAILER),
    "junk after the trailer": lambda file: file + b"junk" * 100,
    "extensions": with_extensions,
    "GIF87a": lambda file: b"GIF87a" + file[6:],
}


def edited(options, edit, picture):
    """One frame after an edit of the container."""
    file = EDITS[edit](still(128, options, picture))
    # Pillow gives what no frame covers the first colour of the palette; viewers show it clear.
    return Made(file, twin=as_webp(file) if edit == "screen larger" else None)


def frames_of(picture, count):
    """The picture, upside down, mirrored, …"""
    mirrored = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    some = [picture, upside_down(picture), mirrored, upside_down(mirrored)]
    return [some[position % len(some)] for position in range(count)]


def animated(count, options, edit, picture):
    """Frames that differ everywhere."""
    first, *more = (frame.quantize(64) for frame in frames_of(picture, count))
    file = saved(first, "GIF", save_all=True, append_images=more, duration=100, **options)
    # Pillow leaves the first frame on the screen where the third kind of disposal takes it away.
    twin = as_webp(file) if options.get("disposal") == 3 else None
    return Made(EDITS[edit](file) if edit else file, twin)


def patched(options, picture):
    """Frames that change only a part of the one before, so that later ones have an offset."""
    patch = picture.resize((picture.width // 3, picture.height // 3))
    frames = [picture]
    for position in range(3):
        frame = frames[-1].copy()
        frame.paste(patch, (5 + 20 * position, 9 + 5 * position))
        frames.append(frame)
    # With one palette and no dithering, pixels that did not change stay as they are.
    colours = picture.quantize(64)
    first, *more = (frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in frames)
    return saved(first, "GIF", save_all=True, append_images=more, duration=100, **options)


def offset_frame(picture):
    """One frame that begins away from the corner of a larger screen."""
    file = bytearray(screen(picture.width + 40, picture.height + 30, still(64, {}, picture)))
    at = file.index(b"\x2c", 13 + (3 << (file[10] & 7) + 1))
    file[at + 1:at + 5] = (25).to_bytes(2, "little") + (10).to_bytes(2, "little")
    return Made(bytes(file), twin=as_webp(bytes(file)))


def cases():
    """Every GIF of the grid."""
    plain = {"": {}, "interlaced": {"interlace": True}, "see-through": {"transparency": 3},
             "not interlaced": {"interlace": False}}
    for (name, options), colours, size in itertools.product(plain.items(), (2, 16, 256), SIZES):
        yield Case("gif", f"{colours} colours {name}", size,
                   functools.partial(still, colours, options))
    for size in SIZES:
        yield Case("gif", "grey", size, grey)
        yield Case("gif containers", "offset frame", size, offset_frame)
    for (name, options), edit, size in itertools.product(plain.items(), EDITS, SIZES[:2]):
        if name == "see-through" and edit == "screen larger":
            continue  # What colour a clear pixel has is not said, and the two kinds differ in it.
        yield Case("gif containers", f"{edit}, {name}", size,
                   functools.partial(edited, options, edit))
    for disposal, count, edit in itertools.product(range(4), (2, 5),
                                                   ("", "no trailer", "screen 16x16")):
        yield Case("gif animated", f"{count} frames, disposal {disposal}, {edit}", SIZES[0],
                   functools.partial(animated, count, {"disposal": disposal}, edit))
    for disposal, is_optimized in itertools.product(range(3), (False, True)):
        options = {"disposal": disposal, "optimize": is_optimized}
        yield Case("gif animated", f"patches, disposal {disposal}{', optimized' * is_optimized}",
                   SIZES[1], functools.partial(patched, options))
