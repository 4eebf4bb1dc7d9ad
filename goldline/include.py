"""Files of tables that a configuration includes: rules beside it, written by hand or by `goldline tune`.

`include = ["rules.toml"]` adds the tables of that file, beside the one that names it. Tables of one name
are joined; a key that stands in two files is refused, so nothing is overridden by an accident of order.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kernel.errors import ConfigError
from core.kernel.schema import shown

INCLUDE = "include"
FILES_MAX = 20
"""More files than a person can keep in mind."""


def read_tables(path: Path) -> dict[str, Any]:
    """Return the tables of the file at `path` and of all it includes, joined.

    Raises `ConfigError` for a file that cannot be read, and for a key that two files have.
    """
    tables = _read(path)
    names = tables.pop(INCLUDE, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{path}: {INCLUDE}", shown(names), "a list of file names")
    if len(names) > FILES_MAX:
        raise ConfigError(f"{path}: {INCLUDE}", len(names), f"at most {FILES_MAX} files")
    for name in names:
        included = _read(path.parent / name)
        if INCLUDE in included:
            raise ConfigError(f"{path.parent / name}: {INCLUDE}", name, "an included file includes no other")
        tables = _joined(tables, included, f"{path.parent / name}: ")
    return tables


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), error.strerror, "a readable file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(path), str(error), "a TOML document") from error


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
