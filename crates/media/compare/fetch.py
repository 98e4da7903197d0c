"""Brings the test pictures of other projects: source packages, unpacked.

Pillow comes from PyPI, the others as source packages of Debian, from where this machine's own apt
takes its packages. All of it stays below one folder, and nothing of it may be committed.
"""

import pathlib
import re
import subprocess
import sys
import tarfile

from PIL import __version__ as pillow

# Libraries and programs that read pictures, with the pictures of their tests.
PACKAGES = ("libjpeg-turbo", "libpng1.6", "tiff", "gdk-pixbuf", "exiv2", "libwebp", "giflib",
            "graphicsmagick", "libavif", "jpeg-xl", "libexif", "vips", "leptonlib", "libgd2",
            "kimageformats", "imagemagick", "golang-1.19", "wxwidgets3.2",
            "qtbase-opensource-src")


def run(*command, folder):
    """A command that must succeed."""
    subprocess.run(list(map(str, command)), cwd=folder, check=True)


def debian_name():
    """The name of this machine's release of Debian."""
    text = pathlib.Path("/etc/os-release").read_text()
    return re.search(r"^VERSION_CODENAME=(\w+)$", text, re.MULTILINE)[1]


def with_sources(text, release):
    """The entries of an apt configuration that are of Debian itself, asking for source packages."""
    suites = {release, f"{release}-updates", f"{release}-security"}
    found = []
    for stanza in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([\w-]+):[ \t]*(.+)$", stanza, re.MULTILINE))
        if fields.get("Suites") and set(fields["Suites"].split()) <= suites:
            signed = f" [signed-by={fields['Signed-By']}]" if "Signed-By" in fields else ""
            found += [f"deb-src{signed} {uri} {suite} {fields['Components']}"
                      for uri in fields["URIs"].split() for suite in fields["Suites"].split()]
    for options, rest in re.findall(r"^deb\s+(\[[^]]*\]\s+)?(.+)$", text, re.MULTILINE):
        if rest.split()[1] in suites:
            found.append(f"deb-src {options}{rest}")
    return found


def apt_options(folder):
    """Options with which apt reads and writes only below `folder`."""
    configured = pathlib.Path("/etc/apt")
    files = [configured / "sources.list", *configured.glob("sources.list.d/*.list"),
             *configured.glob("sources.list.d/*.sources")]
    lines = [line for file in files if file.exists()
             for line in with_sources(file.read_text(), debian_name())]
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text("\n".join(lines) + "\n")
    settings = {
        "Dir::Etc::sourcelist": folder / "sources.list", "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists", "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def unpack(archive, folder):
    """The files of an archive; links and devices in it are left out."""
    def only_files(member, path):
        is_plain = member.isreg() or member.isdir()
        return tarfile.data_filter(member, path) if is_plain else None

    with tarfile.open(archive) as members:
        members.extractall(folder, filter=only_files)


def from_debian(package, options, downloads, unpacked):
    """The upstream part of one source package."""
    folder = downloads / package
    folder.mkdir(parents=True, exist_ok=True)
    # A mirror may lack Debian's own part of the newest version; the pictures are in the other one.
    subprocess.run(["apt-get", *options, "source", "--download-only", package], cwd=folder)
    unpack(next(folder.glob("*.orig.tar.*[!c]")), unpacked / package)


def from_pypi(downloads, unpacked):
    """Pillow's own source, of the version that the reference is."""
    run(sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", "pillow", "--no-deps",
        f"pillow=={pillow}", "--dest", downloads, folder=downloads)
    unpack(next(downloads.glob("pillow-*.tar.gz")), unpacked / "pillow")


def bring(work):
    """Downloads and unpacks what is not there yet; returns the folder of all packages.

    A package that cannot be had is named and left out.
    """
    downloads, unpacked = work.absolute() / "downloads", work.absolute() / "sources"
    downloads.mkdir(parents=True, exist_ok=True)
    unpacked.mkdir(exist_ok=True)
    missing = [package for package in PACKAGES if not (unpacked / package).exists()]
    if missing:
        options = apt_options(work.absolute() / "apt")
        run("apt-get", *options, "update", folder=downloads)
    for package in missing:
        try:
            from_debian(package, options, downloads, unpacked)
        except StopIteration:
            print(f"left out: {package}: the mirror has no source of it")
    if not (unpacked / "pillow").exists():
        from_pypi(downloads, unpacked)
    return unpacked
