"""JPEG files by libjpeg-turbo's programs: sampling, scans, restarts, rotation, sizes, colours."""

import functools
import itertools

from case import Case, saved, sizes_in_turn, tool

# Luma, first and second chroma: across x down. One factor alone means chroma of 1x1.
SAMPLINGS = {
    "4:4:4": "1x1", "4:2:2": "2x1", "4:2:0": "2x2", "4:4:0": "1x2", "4:1:1": "4x1", "4:1:0": "4x2",
    "1x4": "1x4", "2x4": "2x4", "3x1": "3x1", "1x3": "1x3", "3x2": "3x2",
    "4:2:0 as 2x2,2x1": "2x2,2x1,2x1", "4:2:0 as 2x2,1x2": "2x2,1x2,1x2",
    "unlike chroma": "2x2,2x1,1x2", "unlike chroma 2": "2x2,1x1,2x2", "3x1 once": "3x1,1x1,3x1",
    "chroma twice luma": "1x1,2x2,2x2", "chroma wider": "1x1,2x1,2x1",
    "chroma taller": "1x1,1x2,1x2", "crossed": "2x1,1x2,1x2", "crossed 2": "1x2,2x1,2x1",
    "one chroma larger": "1x1,1x1,2x2",
}

SCANS = {
    "0;1;2;": "0; 1; 2;",
    "0;1 2;": "0; 1 2;",
    "0 1;2;": "0 1; 2;",
    "2;1;0;": "2; 1; 0;",
    "1 2;0;": "1 2; 0;",
}

PROGRESSIVE_SCANS = {
    "spectral": "0 1 2: 0-0, 0, 0; 0: 1-63, 0, 0; 1: 1-63, 0, 0; 2: 1-63, 0, 0;",
    "bits": "0: 0-0, 0, 1; 1: 0-0, 0, 1; 2: 0-0, 0, 1; 0: 1-63, 0, 1; 1: 1-63, 0, 1; "
            "2: 1-63, 0, 1; 0 1 2: 0-0, 1, 0; 0: 1-63, 1, 0; 1: 1-63, 1, 0; 2: 1-63, 1, 0;",
    "chroma first": "1: 0-0, 0, 0; 2: 0-0, 0, 0; 0: 0-0, 0, 0; 2: 1-63, 0, 2; 2: 1-63, 2, 1; "
                    "2: 1-63, 1, 0; 1: 1-63, 0, 0; 0: 1-9, 0, 0; 0: 10-63, 0, 0;",
}

RESTARTS = {"": [], "every block": ["-restart", "1B"], "each second row": ["-restart", "2"]}

TURNS = {
    "rotate 90": ["-rotate", "90"], "rotate 180": ["-rotate", "180"],
    "rotate 270": ["-rotate", "270"], "flip": ["-flip", "horizontal"],
    "flip down": ["-flip", "vertical"], "transpose": ["-transpose"],
    "transverse": ["-transverse"],
}

# One pixel around multiples of 8, 16 and 32, the edges of a unit of blocks.
SIZES = [(97, 65), (96, 64), (95, 63), (129, 80), (111, 127), (160, 113), (81, 161), (128, 96),
         (144, 79), (65, 129), (113, 112), (63, 97)]

EDGES = [31, 32, 33, 47, 48, 49, 63, 64, 65, 79, 80, 81]


def compressed(picture, *args):
    """`picture` by cjpeg, with all of the detail that matters for a hash."""
    return tool("cjpeg", "-quality", 90, *args, data=saved(picture, "PPM"))


def sampled(sampling):
    """The arguments of cjpeg for a value of `SAMPLINGS`."""
    return ["-sample", sampling if "," in sampling else f"{sampling},1x1,1x1"]


def processes(scratch):
    """Arguments for cjpeg and jpegtran by name: how coefficients are laid out in the file."""
    by_script = {}
    for position, (name, text) in enumerate((SCANS | PROGRESSIVE_SCANS).items()):
        path = scratch / f"{position}.scans"
        path.write_text(text)
        by_script[name] = ["-scans", path]
    return {
        "baseline": {"baseline": []},
        "scans": {name: by_script[name] for name in SCANS},
        "optimized": {"optimized": ["-optimize"]},
        "progressive": {"progressive": ["-progressive"]}
                       | {name: by_script[name] for name in PROGRESSIVE_SCANS},
        "arithmetic": {
            "arithmetic": ["-arithmetic"],
            "arithmetic progressive": ["-arithmetic", "-progressive"],
            "arithmetic 0;1;2;": ["-arithmetic", *by_script["0;1;2;"]],
        },
    }


def by_cjpeg(sampling, process, restart, picture):
    """Written as wanted from the start."""
    return compressed(picture, *sampled(sampling), *process, *restart)


def by_jpegtran(sampling, process, turn, picture):
    """Written plainly, then turned and laid out anew without a loss."""
    return tool("jpegtran", *turn, *process, data=compressed(picture, *sampled(sampling)))


def layouts(scratch):
    """Each sampling with each layout and each restart interval, and once turned."""
    sizes = sizes_in_turn(SIZES)
    turns = itertools.cycle(TURNS.items())
    for kind, some in processes(scratch).items():
        for (shape, sampling), (layout, process) in itertools.product(SAMPLINGS.items(),
                                                                      some.items()):
            for restart, interval in RESTARTS.items():
                make = functools.partial(by_cjpeg, sampling, process, interval)
                yield Case(f"jpeg {kind}", f"{shape}, {layout}, {restart}", next(sizes), make)
            for turn, args in itertools.islice(turns, 2):
                make = functools.partial(by_jpegtran, sampling, process, args)
                yield Case(f"jpeg {kind}, turned", f"{shape}, {layout}, {turn}", next(sizes), make)


def edges():
    """Sizes around the edges of a unit of blocks, of common and of rare samplings."""
    for shape in ("4:4:4", "4:2:2", "4:2:0", "4:4:0", "4:1:1", "crossed"):
        for width, height in itertools.product(EDGES, EDGES[::3]):
            flags = ["-progressive"] if (width + height) % 2 else []
            make = functools.partial(by_cjpeg, SAMPLINGS[shape], flags, [])
            yield Case("jpeg edges", f"{shape} {' '.join(flags)}", (width, height), make)


def ycck(file):
    """Turns an Adobe CMYK JPEG into one whose marker says YCCK."""
    at = file.index(b"Adobe") + 11
    return file[:at] + b"\x02" + file[at + 1:]


COLOURS = {
    "grey": lambda picture: compressed(picture, "-grayscale"),
    "grey 2x2": lambda picture: compressed(picture, "-grayscale", "-sample", "2x2"),
    "grey 1x3": lambda picture: compressed(picture, "-grayscale", "-sample", "1x3"),
    "rgb": lambda picture: compressed(picture, "-rgb"),
    "rgb by Pillow": lambda picture: saved(picture, "JPEG", keep_rgb=True),
    "cmyk": lambda picture: saved(picture.convert("CMYK"), "JPEG"),
    "ycck": lambda picture: ycck(saved(picture.convert("CMYK"), "JPEG")),
}

REWRITES = {
    "as it is": [], "optimized": ["-optimize"], "progressive": ["-progressive"],
    "restarts": ["-restart", "3B"], "arithmetic": ["-arithmetic"],
    "arithmetic progressive": ["-arithmetic", "-progressive"], "turned": ["-rotate", "90"],
    "turned progressive": ["-rotate", "270", "-progressive"],
}


def coloured(colour, rewrite, picture):
    """A file of another colour space, laid out anew without a loss."""
    return tool("jpegtran", *rewrite, data=COLOURS[colour](picture))


def colours():
    """Each colour space with each way to lay it out."""
    for colour, (rewrite, args) in itertools.product(COLOURS, REWRITES.items()):
        make = functools.partial(coloured, colour, args)
        for size in SIZES[:2]:
            yield Case("jpeg colours", f"{colour}, {rewrite}", size, make)


def cases(scratch):
    """Every JPEG that libjpeg-turbo's programs write for the grid."""
    yield from layouts(scratch)
    yield from edges()
    yield from colours()
