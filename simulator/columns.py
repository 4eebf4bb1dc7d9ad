"""Columns of CSV files that a scenario names: read once, checked, every error with its file and line.

A file lies relative to the scenario's folder, which the reader of scenarios hands to pydantic as the
context `{"folder": ...}`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError

Read = Callable[[str], Any]
"""Makes a value of a cell; raises `ValueError` that says what is allowed."""


def _in_folder(path: Path, checked: ValidationInfo) -> Path:
    folder: Path = (checked.context or {}).get("folder", Path())
    if not (folder / path).is_file():
        raise ValueError("a file beside the scenario")
    return folder / path


ScenarioFile = Annotated[Path, AfterValidator(_in_folder)]
"""A file beside the scenario."""


Row = tuple[int, dict[str, Any]]
"""A row's line in the file, and its values by column."""


def read_rows(path: Path, needed: Mapping[str, Read], optional: Mapping[str, Read]) -> list[Row]:
    """Return the rows of the file; an empty optional cell has no value.

    Other columns are nobody's business. Raises `ConfigError` with file and line.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(_rows(csv.reader(file), path, needed, optional))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(str(path), str(error), "a readable CSV file") from error


def _rows(lines: Any, path: Path, needed: Mapping[str, Read], optional: Mapping[str, Read]) -> Iterator[Row]:
    header: list[str] = next(lines, [])
    for name in needed:
        if name not in header:
            raise ConfigError(f"{path}: line 1", ",".join(header), f"a column named {name}")
    readers = {**needed, **optional}
    columns = [(place, name, readers[name]) for place, name in enumerate(header) if name in readers]
    for line in lines:
        row = {}
        for place, name, read in columns:
            cell = line[place] if place < len(line) else ""
            if cell == "" and name in optional:
                continue
            try:
                row[name] = read(cell)
            except ValueError as error:
                raise ConfigError(f"{path}: line {lines.line_num}: {name}", cell, str(error)) from None
        yield lines.line_num, row


def duration_us(cell: str) -> int:
    """Return a cell of seconds as microseconds."""
    try:
        us = microseconds(float(cell))
    except (ValueError, OverflowError):
        raise ValueError("seconds, such as 12.5") from None
    if us < 0:
        raise ValueError("seconds, not below 0")
    return us


def flag(cell: str) -> bool:
    """Return whether a cell of 0 or 1 says yes."""
    if cell not in ("0", "1"):
        raise ValueError("0 or 1")
    return cell == "1"


def whole_number(cell: str) -> int:
    """Return a cell that counts or numbers something, from 0 on."""
    if not (cell.isascii() and cell.isdigit()):
        raise ValueError("a whole number, from 0 on")
    return int(cell)
