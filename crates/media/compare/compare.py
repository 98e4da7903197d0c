"""Compares Mamori's PDQ with PyPI pdqhash, on pictures drawn by code.

    python compare.py --draw DRAW --hash HASH --work FOLDER [--count 600]

DRAW and HASH are the examples `draw-pictures` and `pdq-of-files` of mamori-media, built with
--release. Needs: pip install pdqhash pillow numpy. Exit status 1 if a promise is broken:

- at least 500 of the drawn pictures have a reference quality >= 80;
- each file and frame of reference quality >= 80 is at most 10 bits from the reference;
- where both hash the same decoded pixels (files without loss), the median is at most 2.

The reference is: Pillow decodes, convert("RGB"), pdqhash at full resolution. A file that breaks a
promise stays in FOLDER.
"""

import argparse
import collections
import json
import multiprocessing
import pathlib
import shutil
import statistics
import subprocess
import sys

import numpy
import pdqhash
from PIL import Image, ImageSequence

DISTANCE_MAX = 10
MEDIAN_MAX = 2
QUALITY_MIN = 80
PICTURES_MIN = 500

# Kinds of file that each picture is saved as, besides the PNG that it was drawn as. Each kind gets
# its share of the pictures.
KINDS_EACH = 3


def exif():
    """Says that the picture lies on its side, with a long comment."""
    data = Image.Exif()
    data[0x0112] = 6
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


def ycck(file):
    """Turns an Adobe CMYK JPEG into one whose marker says YCCK."""
    at = file.index(b"Adobe") + 11
    return file[:at] + b"\x02" + file[at + 1:]


def save(picture, kind, path):
    """Saves `picture` as a file of `kind`."""
    image, options = MODES[kind.mode](picture), dict(kind.options)
    if options.pop("more", False):
        options |= {"save_all": True, "append_images": [image.transpose(Image.Transpose.ROTATE_180)]}
    image.save(path, kind.form, **options)
    if kind.name == "jpeg ycck":
        path.write_bytes(ycck(path.read_bytes()))


def files_of(index, drawn):
    """Each file of one drawn picture, with its kind and whether the pixels survived in it."""
    files = {drawn: ("drawn", True)}
    for path in drawn.parent.glob(f"{drawn.stem}-*"):
        name = path.name.split("-", 1)[1]
        files[path] = (f"drawn: {name}", not name.startswith("jpeg"))
    picture = Image.open(drawn).convert("RGB")
    for turn in range(KINDS_EACH):
        position = (index * KINDS_EACH + turn) % len(KINDS)
        path = drawn.parent / f"{drawn.stem}-saved-{position}"
        save(picture, KINDS[position], path)
        files[path] = KINDS[position][:2]
    return files


def number(bits):
    """A hash of the reference as a number."""
    return int("".join(map(str, bits)), 2)


def pixels_of(image):
    """RGB as the reference gets it."""
    # Pillow cuts 16-bit grey off at 255 instead of scaling it.
    if image.mode.startswith("I"):
        image = Image.fromarray((numpy.asarray(image) >> 8).astype(numpy.uint8))
    return numpy.asarray(image.convert("RGB"))


def reference(path):
    """The reference's hash and quality of each frame, and the eight variants of the first."""
    with Image.open(path) as image:
        frames = [pixels_of(frame) for frame in ImageSequence.Iterator(image)]
    hashes = [pdqhash.compute(frame) for frame in frames]
    variants_of_first, _ = pdqhash.compute_dihedral(frames[0])
    return [(number(bits), quality) for bits, quality in hashes], list(map(number, variants_of_first))


def ours(program, paths):
    """What Mamori says, by path."""
    names = "\n".join(map(str, paths))
    run = subprocess.run([program], input=names, capture_output=True, text=True, check=True)
    return {pathlib.Path(line["path"]): line for line in map(json.loads, run.stdout.splitlines())}


Row = collections.namedtuple("Row", "kind is_exact quality distance size")


def compare(path, kind, is_exact, answer):
    """What came of one file, by its first frame, and complaints about any frame or variant."""
    if "error" in answer:
        return [], [f"{kind}: {path.name}: {answer['error']}"]
    complaints = []
    frames, turned = reference(path)
    pairs = list(zip(frames, answer["frames"]))
    if len(frames) != len(answer["frames"]):
        complaints.append(f"{kind}: {path.name}: {len(answer['frames'])} frames of {len(frames)}")
    # A dihedral variant counts as a frame of the quality of the first.
    pairs += [((bits, frames[0][1]), ours) for bits, ours in zip(turned, answer["dihedral"])]
    distances = [(bits ^ int(ours, 16)).bit_count() for (bits, _), ours in pairs]
    for ((_, quality), _), distance in zip(pairs, distances):
        if quality >= QUALITY_MIN and distance > DISTANCE_MAX:
            complaints.append(f"{kind}: {path.name}: {distance} bits from the reference")
    quality = frames[0][1]
    if is_exact and quality != answer["quality"]:
        complaints.append(f"{kind}: {path.name}: quality {answer['quality']}, not {quality}")
    size = (answer["width"], answer["height"])
    return [Row(kind, is_exact, quality, distances[0], size)], complaints


def compare_picture(job):
    """The rows and the complaints of every file of one drawn picture."""
    index, drawn, program = job
    rows, complaints = [], []
    files = files_of(index, drawn)
    answers = ours(program, list(files))
    for path, (kind, is_exact) in files.items():
        row, wrong = compare(path, kind, is_exact, answers[path])
        rows += row
        complaints += wrong
        if not wrong:
            path.unlink()
    return rows, complaints


def show(name, rows):
    """One line of the table."""
    trusted = [row.distance for row in rows if row.quality >= QUALITY_MIN]
    distances = [row.distance for row in rows]
    worst = max(trusted) if trusted else "-"
    same = sum(distance == 0 for distance in distances)
    print(f"{name:26} {len(rows):6} {len(trusted):8} {worst:>6} "
          f"{statistics.median(distances):8.1f} {100 * same / len(rows):8.1f} %")


def tell(rows, complaints):
    """Prints the table and the figures, and adds what the sum of it breaks to `complaints`."""
    print(f"{'kind':26} {'files':>6} {'q >= 80':>8} {'worst':>6} {'median':>8} {'the same':>10}")
    for kind in sorted({row.kind for row in rows}):
        show(kind, [row for row in rows if row.kind == kind])
    same_pixels = [row for row in rows if row.is_exact]
    print()
    show("same decoded pixels", same_pixels)
    show("everything", rows)

    drawn = [row for row in rows if row.kind == "drawn"]
    trusted = sum(row.quality >= QUALITY_MIN for row in drawn)
    areas = [width * height for width, height in (row.size for row in drawn)]
    shapes = {row.size for row in drawn}
    slimmest = max(max(size) / min(size) for size in shapes)
    print(f"{len(rows)} files of {len(drawn)} drawn pictures, {trusted} of them of quality >= "
          f"{QUALITY_MIN}; {len(shapes)} sizes from {min(areas)} to {max(areas)} pixels, up to "
          f"{slimmest:.0f} times as long as wide")

    if trusted < PICTURES_MIN:
        complaints.append(f"only {trusted} pictures of quality >= {QUALITY_MIN} were compared, "
                          f"fewer than {PICTURES_MIN}")
    if statistics.median(row.distance for row in same_pixels) > MEDIAN_MAX:
        complaints.append(f"the median on the same decoded pixels is above {MEDIAN_MAX}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--draw", required=True)
    parser.add_argument("--hash", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=600, help="pictures to draw")
    options = parser.parse_args()

    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    subprocess.run([options.draw, options.work, str(options.count)], check=True)
    drawn = sorted(path for path in options.work.glob("*.png") if path.stem.isdigit())

    rows, complaints = [], []
    jobs = [(index, path, options.hash) for index, path in enumerate(drawn)]
    with multiprocessing.Pool() as pool:
        for more, wrong in pool.imap_unordered(compare_picture, jobs):
            rows += more
            complaints += wrong
    tell(rows, complaints)
    for complaint in complaints:
        print("BROKEN:", complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
