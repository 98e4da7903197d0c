"""Drawn pictures of many sizes as they are, and saved by Pillow in some 70 kinds of file."""

import collections

import numpy
from PIL import Image

from case import orientation, saved, upside_down
from jpegs import ycck

# Kinds of file that each picture is saved as, besides the PNG that it was drawn as. Each kind gets
# its share of the pictures.
KINDS_EACH = 3


def exif():
    """Says that the picture lies on its side, with a long comment."""
    data = orientation(6)
    data[0x9286] = b"x" * 20_000
    return data


def see_through(picture):
    """With an alpha channel that follows the brightness."""
    alpha = picture.copy()
    alpha.putalpha(picture.convert("L").point(lambda v: 255 - v // 2))
    return alpha


def wide(picture):
    """Grey with 16 bits."""
    return Image.fromarray(numpy.asarray(picture.convert("L")).astype(numpy.uint16) * 257)


def grey_alpha(picture):
    """Grey with an alpha channel."""
    grey = picture.convert("L")
    return Image.merge("LA", (grey, grey))


# What is saved, by a word.
MODES = {
    "rgb": lambda picture: picture,
    "grey": lambda picture: picture.convert("L"),
    "1": lambda picture: picture.convert("1"),
    "palette": lambda picture: picture.quantize(64),
    "palette of 4": lambda picture: picture.quantize(4),
    "cmyk": lambda picture: picture.convert("CMYK"),
    "alpha": see_through,
    "grey alpha": grey_alpha,
    "wide": wide,
}

Kind = collections.namedtuple("Kind", "name is_exact mode form options")


def exact(name, mode, form, **options):
    """A way to save a picture that keeps its pixels."""
    return Kind(name, True, mode, form, options)


def lossy(name, mode, form, **options):
    """A way to save a picture that changes its pixels."""
    return Kind(name, False, mode, form, options)


# With "more", a second frame: the first one upside down.
KINDS = [
    exact("png grey", "grey", "PNG"),
    exact("png 1 bit", "1", "PNG"),
    exact("png palette", "palette", "PNG"),
    exact("png palette 2 bit", "palette of 4", "PNG", bits=2),
    exact("png palette, see-through", "palette", "PNG", transparency=3),
    exact("png grey alpha", "grey alpha", "PNG"),
    exact("png rgb alpha", "alpha", "PNG"),
    exact("png 16 bit grey", "wide", "PNG"),
    exact("png animated", "rgb", "PNG", more=True),
    *(lossy(f"jpeg q{quality}", "rgb", "JPEG", quality=quality) for quality in (30, 75, 95)),
    *(lossy(f"jpeg {sampling}", "rgb", "JPEG", subsampling=sampling)
      for sampling in ("4:4:4", "4:2:2", "4:2:0", "4:1:1")),
    lossy("jpeg progressive", "rgb", "JPEG", progressive=True),
    lossy("jpeg restarts", "rgb", "JPEG", restart_marker_blocks=3),
    lossy("jpeg grey", "grey", "JPEG"),
    lossy("jpeg stored as rgb", "rgb", "JPEG", keep_rgb=True),
    lossy("jpeg cmyk", "cmyk", "JPEG"),
    lossy("jpeg ycck", "cmyk", "JPEG"),
    lossy("jpeg cmyk progressive", "cmyk", "JPEG", progressive=True),
    lossy("jpeg with exif", "rgb", "JPEG", exif=exif()),
    exact("gif", "palette", "GIF"),
    exact("gif interlaced", "palette", "GIF", interlace=True),
    exact("gif see-through", "palette", "GIF", transparency=5),
    exact("gif animated", "palette", "GIF", more=True, loop=0),
    exact("gif grey", "grey", "GIF"),
    lossy("webp", "rgb", "WEBP", quality=80),
    exact("webp lossless", "rgb", "WEBP", lossless=True),
    lossy("webp alpha", "alpha", "WEBP", quality=80),
    lossy("webp animated", "rgb", "WEBP", more=True),
    exact("bmp", "rgb", "BMP"),
    exact("bmp grey", "grey", "BMP"),
    exact("bmp palette", "palette", "BMP"),
    exact("bmp 1 bit", "1", "BMP"),
    exact("bmp alpha", "alpha", "BMP"),
    *(exact(f"tiff {packing}", "rgb", "TIFF", compression=packing)
      for packing in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits")),
    lossy("tiff jpeg", "rgb", "TIFF", compression="jpeg"),
    exact("tiff grey", "grey", "TIFF"),
    exact("tiff 16 bit grey", "wide", "TIFF"),
    exact("tiff 1 bit", "1", "TIFF"),
    exact("tiff 1 bit fax", "1", "TIFF", compression="group4"),
    exact("tiff palette", "palette", "TIFF"),
    exact("tiff palette lzw", "palette", "TIFF", compression="tiff_lzw"),
    exact("tiff grey alpha", "grey alpha", "TIFF"),
    exact("tiff rgb alpha", "alpha", "TIFF"),
    exact("tiff cmyk", "cmyk", "TIFF"),
    exact("tiff pages", "rgb", "TIFF", more=True),
]


def as_saved(picture, kind):
    """`picture` as a file of `kind`."""
    image, options = MODES[kind.mode](picture), dict(kind.options)
    if options.pop("more", False):
        options |= {"save_all": True, "append_images": [upside_down(image)]}
    file = saved(image, kind.form, **options)
    return ycck(file) if kind.name == "jpeg ycck" else file


def files_of(index, drawn):
    """Each file of one drawn picture: its row of the table, its name, whether the pixels survived
    in it, its bytes."""
    yield "drawn", f"drawn/{drawn.stem}", True, drawn.read_bytes()
    for path in sorted(drawn.parent.glob(f"{drawn.stem}-*")):
        name = path.name.split("-", 1)[1]
        is_exact = not name.startswith("jpeg")
        yield "drawn, encoded", f"drawn, encoded/{path.name}", is_exact, path.read_bytes()
    picture = Image.open(drawn).convert("RGB")
    for turn in range(KINDS_EACH):
        kind = KINDS[(index * KINDS_EACH + turn) % len(KINDS)]
        row = f"drawn, {kind.form.lower()}"
        yield row, f"{row}/{kind.name} {drawn.stem}", kind.is_exact, as_saved(picture, kind)
