"""The reference: Pillow decodes, convert("RGB"), pdqhash at full resolution.

Where Pillow is known to read pixels wrongly, the correction stands here, with its reason.
"""

import dataclasses
import io
import itertools
import warnings

import numpy
import pdqhash
from PIL import Image, ImageOps

# Pillow warns above this many pixels, of which nothing comes here, and refuses above twice as many.
Image.MAX_IMAGE_PIXELS = 30_000_000
warnings.simplefilter("ignore")

ORIENTATION = 0x0112

# What undoes Pillow's turn of a TIFF, by orientation.
UNDONE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
}

# A hash that moves by more bits than this under noise of one step of 255 says nothing about a
# decoder: the picture is symmetric or nearly flat.
UNSTABLE_BITS = 10
NOISES = 4


@dataclasses.dataclass(frozen=True)
class Hash:
    """A hash as a number, its quality, and the pixels that it was made of."""

    bits: int
    quality: int
    pixels: numpy.ndarray

    def distance(self, text):
        """Bits in which a hash in hexadecimal digits differs."""
        return (self.bits ^ int(text, 16)).bit_count()


@dataclasses.dataclass(frozen=True)
class View:
    """A frame without its alpha, or laid on white or black; as stored, and as displayed."""

    stored: Hash
    # The same as `stored` where nothing asks for a turn.
    displayed: Hash


@dataclasses.dataclass(frozen=True)
class Frame:
    """One frame: its views by backdrop ("none", "white", "black"), and whether it is turned."""

    views: dict[str, View]
    is_turned: bool


def number(bits):
    """A hash of pdqhash as a number."""
    return int("".join(map(str, bits)), 2)


def hash_of(image):
    """The hash of an image of the mode RGB."""
    pixels = numpy.asarray(image)
    bits, quality = pdqhash.compute(pixels)
    return Hash(number(bits), quality, pixels)


def dihedral_of(frame):
    """The eight hashes of the turned and mirrored frame."""
    variants, _ = pdqhash.compute_dihedral(frame.views["none"].stored.pixels)
    return list(map(number, variants))


def is_unstable(hash_):
    """Whether noise of one step moves the reference's own hash too far to compare with it."""
    height, width, _ = hash_.pixels.shape
    for seed in range(NOISES):
        noise = numpy.random.default_rng(seed).integers(-1, 2, (height, width, 3))
        noisy = (hash_.pixels.astype(numpy.int16) + noise).clip(0, 255).astype(numpy.uint8)
        moved, _ = pdqhash.compute(noisy)
        if (number(moved) ^ hash_.bits).bit_count() > UNSTABLE_BITS:
            return True
    return False


def in_colour(image):
    """The pixels as RGB, without alpha."""
    # Pillow cuts 16-bit grey off at 255 instead of scaling it.
    if image.mode.startswith("I"):
        image = Image.fromarray((numpy.asarray(image) >> 8).astype(numpy.uint8))
    return image.convert("RGB")


def on_backdrops(image):
    """The image on white and on black, where any of it is clear."""
    if image.mode.startswith("I") or not image.has_transparency_data:
        return {}
    with_alpha = image.convert("RGBA")
    lowest, _ = with_alpha.getchannel("A").getextrema()
    if lowest == 255:
        return {}
    backdrops = {name: Image.new("RGBA", image.size, name) for name in ("white", "black")}
    return {name: Image.alpha_composite(backdrop, with_alpha).convert("RGB")
            for name, backdrop in backdrops.items()}


def turn_of(image):
    """The orientation that the file asks for, 1 to 8; called before the pixels are loaded."""
    if image.format == "TIFF":
        value = image.tag_v2.get(ORIENTATION, 1)
    else:
        value = image.getexif().get(ORIENTATION, 1)
    return value if value in UNDONE else 1


def view_of(image, turn, is_turned_by_pillow):
    """Both hashes of an RGB image that Pillow may have turned on loading."""
    loaded = hash_of(image)
    if turn == 1:
        return View(loaded, loaded)
    if is_turned_by_pillow:
        return View(stored=hash_of(image.transpose(UNDONE[turn])), displayed=loaded)
    image.getexif()[ORIENTATION] = turn
    return View(stored=loaded, displayed=hash_of(ImageOps.exif_transpose(image)))


def frame_of(image):
    """The current frame of an open file."""
    turn = turn_of(image)
    image.load()
    images = {"none": in_colour(image)} | on_backdrops(image)
    is_tiff = image.format == "TIFF"
    views = {name: view_of(one, turn, is_tiff) for name, one in images.items()}
    return Frame(views, turn != 1)


def frames_of(data, frames_max=None):
    """The frames of a file in memory, at most `frames_max` of them; whatever Pillow raises."""
    with Image.open(io.BytesIO(data)) as image:
        frames = []
        for position in itertools.count() if frames_max is None else range(frames_max):
            try:
                image.seek(position)
            except EOFError:
                break
            frames.append(frame_of(image))
        return frames
