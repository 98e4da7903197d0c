"""Differences that are known and explained, in `exceptions.toml` and `causes.toml`."""

import dataclasses
import fnmatch
import pathlib
import tomllib

FILE = pathlib.Path(__file__).with_name("exceptions.toml")


@dataclasses.dataclass
class Explained:
    """One entry: the names and the kind of finding that it explains, and how often it did."""

    names: str
    what: str
    reason: str
    used: int = 0

    def explains(self, name, what):
        """Whether it is about this finding."""
        return fnmatch.fnmatchcase(name, self.names) and fnmatch.fnmatchcase(what, self.what)


def read(file=FILE):
    """The entries of the file; each has a reason."""
    entries = tomllib.loads(file.read_text()).get("known", [])
    return [Explained(entry["names"], entry["what"], entry["reason"]) for entry in entries]


def left(exceptions, name, findings):
    """The findings that no entry explains; the entries that explain one are counted."""
    unexplained = []
    for finding in findings:
        explaining = next((one for one in exceptions if one.explains(name, finding.what)), None)
        if explaining:
            explaining.used += 1
        else:
            unexplained.append(finding)
    return unexplained
