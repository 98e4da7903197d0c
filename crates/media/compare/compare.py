"""Compares Mamori's PDQ with PyPI pdqhash, on pictures drawn by code.

    python compare.py --draw DRAW --hash HASH --work FOLDER [--count 50]

DRAW and HASH are the examples `draw-pictures` and `pdq-of-files` of mamori-media, built with
--release. Needs: pip install pdqhash pillow numpy. Exit status 1 if a promise is broken:

- each file of reference quality >= 80 is at most 10 bits from the reference;
- where both hash the same decoded pixels (files without loss), the median is at most 2.

The reference is: Pillow decodes, convert("RGB"), pdqhash at full resolution.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import numpy
import pdqhash
from PIL import Image, ImageSequence

DISTANCE_MAX = 10
MEDIAN_MAX = 2
QUALITY_MIN = 80
COUNT_MIN = 500


def variants(picture):
    """Name, whether the pixels survive, format and options of each way to save `picture`."""
    grey = picture.convert("L")
    alpha = picture.copy()
    alpha.putalpha(grey.point(lambda v: 255 - v // 2))
    palette = picture.quantize(64)
    grey_alpha = Image.merge("LA", (grey, grey))
    wide = Image.fromarray(numpy.asarray(grey).astype(numpy.uint16) * 257)
    cmyk = picture.convert("CMYK")
    yield "png rgb", True, picture, "PNG", {}
    yield "png grey", True, grey, "PNG", {}
    yield "png 1 bit", True, picture.convert("1"), "PNG", {}
    yield "png palette", True, palette, "PNG", {}
    yield "png palette 2 bit", True, picture.quantize(4), "PNG", {"bits": 2}
    yield "png palette, see-through", True, palette, "PNG", {"transparency": 3}
    yield "png grey alpha", True, grey_alpha, "PNG", {}
    yield "png rgb alpha", True, alpha, "PNG", {}
    yield "png 16 bit grey", True, wide, "PNG", {}
    yield "png animated", True, picture, "PNG", {
        "save_all": True, "append_images": [picture.transpose(Image.Transpose.ROTATE_180)]}
    for quality in (30, 75, 95):
        yield f"jpeg q{quality}", False, picture, "JPEG", {"quality": quality}
    for sampling in ("4:4:4", "4:2:2", "4:2:0", "4:1:1"):
        yield f"jpeg {sampling}", False, picture, "JPEG", {"subsampling": sampling}
    yield "jpeg progressive", False, picture, "JPEG", {"progressive": True}
    yield "jpeg restarts", False, picture, "JPEG", {"restart_marker_blocks": 3}
    yield "jpeg grey", False, grey, "JPEG", {}
    yield "jpeg stored as rgb", False, picture, "JPEG", {"keep_rgb": True}
    yield "jpeg cmyk", False, cmyk, "JPEG", {}
    yield "jpeg cmyk progressive", False, cmyk, "JPEG", {"progressive": True}
    yield "jpeg with exif", False, picture, "JPEG", {"exif": exif()}
    yield "gif", True, palette, "GIF", {}
    yield "gif interlaced", True, palette, "GIF", {"interlace": True}
    yield "gif see-through", True, palette, "GIF", {"transparency": 5}
    yield "gif animated", True, palette, "GIF", {
        "save_all": True, "append_images": [palette.rotate(180)], "loop": 0}
    yield "gif grey", True, grey, "GIF", {}
    yield "webp", False, picture, "WEBP", {"quality": 80}
    yield "webp lossless", True, picture, "WEBP", {"lossless": True}
    yield "webp alpha", False, alpha, "WEBP", {"quality": 80}
    yield "webp animated", False, picture, "WEBP", {
        "save_all": True, "append_images": [picture.rotate(180)]}
    yield "bmp", True, picture, "BMP", {}
    yield "bmp grey", True, grey, "BMP", {}
    yield "bmp palette", True, palette, "BMP", {}
    yield "bmp 1 bit", True, picture.convert("1"), "BMP", {}
    yield "bmp alpha", True, alpha, "BMP", {}
    for packing in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield f"tiff {packing}", True, picture, "TIFF", {"compression": packing}
    yield "tiff jpeg", False, picture, "TIFF", {"compression": "jpeg"}
    yield "tiff grey", True, grey, "TIFF", {}
    yield "tiff 16 bit grey", True, wide, "TIFF", {}
    yield "tiff 1 bit", True, picture.convert("1"), "TIFF", {}
    yield "tiff 1 bit fax", True, picture.convert("1"), "TIFF", {"compression": "group4"}
    yield "tiff palette", True, palette, "TIFF", {}
    yield "tiff palette lzw", True, palette, "TIFF", {"compression": "tiff_lzw"}
    yield "tiff grey alpha", True, grey_alpha, "TIFF", {}
    yield "tiff rgb alpha", True, alpha, "TIFF", {}
    yield "tiff cmyk", True, cmyk, "TIFF", {}
    yield "tiff pages", True, picture, "TIFF", {
        "save_all": True, "append_images": [picture.rotate(180)]}


def exif():
    """Says that the picture lies on its side, with a long comment."""
    data = Image.Exif()
    data[0x0112] = 6
    data[0x9286] = b"x" * 20_000
    return data


def ycck(file):
    """Turns an Adobe CMYK JPEG into one whose marker says YCCK."""
    at = file.index(b"Adobe") + 11
    return file[:at] + b"\x02" + file[at + 1:]


def write_variants(drawn, folder):
    """Writes ten of the variants of each drawn picture, all of them over five pictures."""
    kinds = {}
    for index, path in enumerate(drawn):
        picture = Image.open(path).convert("RGB")
        for position, (kind, is_exact, image, form, options) in enumerate(variants(picture)):
            if position % 5 != index % 5:
                continue
            file = folder / f"{path.stem}-{position}"
            image.save(file, form, **options)
            kinds[file] = (kind, is_exact)
            if kind == "jpeg cmyk":
                other = folder / f"{path.stem}-{position}-ycck"
                other.write_bytes(ycck(file.read_bytes()))
                kinds[other] = ("jpeg ycck", False)
    return kinds


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


def compare(kinds, answers):
    """Distances of the first frames by kind, and the complaints about any frame or variant."""
    found, complaints = {}, []
    for path, (kind, is_exact) in kinds.items():
        answer = answers[path]
        if "error" in answer:
            complaints.append(f"{kind}: {path.name}: {answer['error']}")
            continue
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
        found.setdefault((kind, is_exact), []).append((quality, distances[0]))
    return found, complaints


def show(name, rows):
    """One line of the table."""
    trusted = [distance for quality, distance in rows if quality >= QUALITY_MIN]
    distances = [distance for _, distance in rows]
    worst = max(trusted) if trusted else "-"
    same = sum(distance == 0 for distance in distances)
    print(f"{name:26} {len(rows):6} {len(trusted):8} {worst:>6} "
          f"{statistics.median(distances):8.1f} {100 * same / len(rows):8.1f} %")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--draw", required=True)
    parser.add_argument("--hash", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=50)
    options = parser.parse_args()

    drawn_folder, saved_folder = options.work / "drawn", options.work / "saved"
    for folder in (drawn_folder, saved_folder):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    subprocess.run([options.draw, drawn_folder, str(options.count)], check=True)
    drawn = sorted(drawn_folder.glob("*.png"))
    kinds = write_variants(drawn, saved_folder)
    for path in sorted(set(drawn_folder.iterdir()) - set(drawn)):
        kinds[path] = ("drawn: " + path.name.split("-", 1)[1], not path.name.endswith(
            ("jpeg", "jpeg_grey")))

    found, complaints = compare(kinds, ours(options.hash, list(kinds)))
    print(f"{'kind':26} {'files':>6} {'q >= 80':>8} {'worst':>6} {'median':>8} {'the same':>10}")
    for (kind, _), rows in sorted(found.items()):
        show(kind, rows)
    everything = [row for rows in found.values() for row in rows]
    exact = [row for (_, is_exact), rows in found.items() if is_exact for row in rows]
    print()
    show("same decoded pixels", exact)
    show("everything", everything)

    if statistics.median(distance for _, distance in exact) > MEDIAN_MAX:
        complaints.append(f"the median on the same decoded pixels is above {MEDIAN_MAX}")
    if len(everything) < COUNT_MIN:
        complaints.append(f"only {len(everything)} files were compared, fewer than {COUNT_MIN}")
    for complaint in complaints:
        print("BROKEN:", complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
