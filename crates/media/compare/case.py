"""One file of the grid: how it is made from a drawn picture, and what to compare it with."""

import dataclasses
import io
import pathlib
import subprocess
import tempfile
import zlib
from collections.abc import Callable

from PIL import Image

# A program of Debian that needs longer than this for a picture of 400 pixels hangs.
TOOL_SECONDS_MAX = 120


@dataclasses.dataclass(frozen=True)
class Made:
    """The bytes of a file, and of the file that Pillow reads in its place for the reference."""

    file: bytes
    # Where Pillow refuses or misreads `file`: a plain file that holds the same pixels.
    twin: bytes | None = None


@dataclasses.dataclass(frozen=True)
class Case:
    """A file to compare. `name` is unique and begins with its kind, which is a row of the table."""

    kind: str
    variant: str
    # Width and height in pixels of the picture that `make` is given.
    size: tuple[int, int]
    make: Callable[[Image.Image], bytes | Made]

    @property
    def name(self):
        """For example `jpeg-scans/4:2:0 0;1;2; 97x65`; what exceptions are matched with."""
        width, height = self.size
        return f"{self.kind}/{self.variant} {width}x{height}"

    @property
    def number(self):
        """The same on each machine and in each run; chooses the picture."""
        return zlib.crc32(self.name.encode())


def tool(program, *args, data=None):
    """Standard output of one of Debian's programs, which must succeed."""
    run = subprocess.run([program, *map(str, args)], input=data, capture_output=True,
                         timeout=TOOL_SECONDS_MAX)
    if run.returncode != 0:
        raise RuntimeError(f"{program} {args}: {run.stderr.decode(errors='replace').strip()}")
    return run.stdout


def tool_on_files(program, *args, inputs, suffix, before_output=()):
    """What a program that knows no pipes writes: called as `program args input … output`."""
    with tempfile.TemporaryDirectory(prefix="mamori-grid-") as folder:
        paths = []
        for position, data in enumerate(inputs):
            path = pathlib.Path(folder) / f"{position}{suffix}"
            path.write_bytes(data)
            paths.append(path)
        output = pathlib.Path(folder) / "output"
        tool(program, *args, *paths, *before_output, output)
        return output.read_bytes()


def saved(image, form, **options):
    """`image` as a file written by Pillow."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def orientation(value):
    """EXIF data that says how to turn the picture, 1 (upright) to 8."""
    data = Image.Exif()
    data[0x0112] = value
    return data


def upside_down(image):
    """A second frame that is far from the first one."""
    return image.transpose(Image.Transpose.ROTATE_180)


def sizes_in_turn(sizes):
    """Gives `sizes` one after the other, without end."""
    while True:
        yield from sizes
