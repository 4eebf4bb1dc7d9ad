"""Files of tables that a configuration includes: rules beside it, written by hand or by `goldline tune`.

`include = ["rules.toml"]` adds the tables of that file, beside the one that names it. Tables of one name
are joined; a key that stands in two files is refused, so nothing is overridden by an accident of order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from core.kernel.errors import ConfigError
from core.kernel.schema import shown
from core.kernel.toml import parse_toml

INCLUDE = "include"
FILES_MAX = 20
"""More files than a person can keep in mind."""


class Tables(NamedTuple):
    """The tables of a configuration joined, and those of each file it is made of, the including one first."""

    joined: dict[str, Any]
    files: Mapping[Path, Mapping[str, Any]]

    def file_of(self, where: str) -> Path:
        """Return the file in which most of the way to a key stands (`core.kernel.schema.place`)."""
        keys = re.split(r"[., ]+", where)
        return max(self.files, key=lambda file: _depth(self.files[file], keys))


def read_tables(path: Path) -> Tables:
    """Return the tables of the file at `path` and of all it includes.

    Raises `ConfigError` for a file that cannot be read, and for a key that two files have.
    """
    tables = _read(path)
    names = tables.pop(INCLUDE, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{path}: {INCLUDE}", shown(names), "a list of file names")
    if len(names) > FILES_MAX:
        raise ConfigError(f"{path}: {INCLUDE}", len(names), f"at most {FILES_MAX} files")
    files = {path: tables, **{path.parent / name: _read(path.parent / name) for name in names}}
    joined: dict[str, Any] = {}
    for file, own in files.items():
        if INCLUDE in own:
            raise ConfigError(f"{file}: {INCLUDE}", shown(own[INCLUDE]), "an included file includes no other")
        joined = _joined(joined, own, f"{file}: ")
    return Tables(joined, files)


def _depth(table: object, keys: Sequence[str]) -> int:
    """Return how many of the keys, one within the other, are there."""
    if not keys or not isinstance(table, Mapping) or keys[0] not in table:
        return 0
    return 1 + _depth(table[keys[0]], keys[1:])


def _read(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(str(path), error.strerror, "a readable file") from error


def _joined(one: Mapping[str, Any], other: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the tables of both; `where` is the place of `other`, for the error about a key in both."""
    joined = dict(one)
    for key, value in other.items():
        before = joined.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            joined[key] = _joined(before, value, f"{where}{key}.")
        elif key in joined and (key, value) != ("schema", before):
            raise ConfigError(where + key, shown(value), "a key that no other file of the configuration has")
        else:
            joined[key] = value
    return joined
