"""The file of a list, line by line: CSV as it comes from anywhere, or a sheet of Excel.

Delimiter and encoding are found out, each line keeps its number, and what cannot be read as a line is told
with the reason. Of what is wrong a second file is written that a spreadsheet can open safely.
"""

from __future__ import annotations

import csv
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Protocol, TextIO
from zipfile import BadZipFile, ZipFile

from core.kernel.errors import ConfigError
from core.kernel.sheets import harmless
from crm.csv_text import TextLines, Unclosed, encoding_of

EXCEL_SUFFIXES = (".xlsx", ".xlsm")
COLUMNS_MAX = 512
"""Columns of a sheet that are looked at: rows of a wrong sheet have 16,384, all of them empty."""
SHEET_BYTES_MAX = 2 << 30
"""Bytes of a sheet when unpacked; it streams, so that this is a matter of minutes, not of memory."""
WHOLE_BYTES_MAX = 64 << 20
"""Bytes of anything else in a workbook, its texts most of all, which are read as a whole."""


class Line(NamedTuple):
    """A line that is not blank, and the number it begins at; or why it is none."""

    number: int
    cells: Sequence[str]
    problem: str = ""


class ListFile(Protocol):
    """A list that lies open."""

    header: Sequence[str]
    guessed: str
    """The encoding it is read in, where that is a guess."""

    def lines(self) -> Iterator[Line]:
        """Go through the lines after the header, once."""
        ...

    def progress(self) -> tuple[int, int]:
        """Return how much has been read, of how much."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def open_list(path: Path, encoding: str = "") -> ListFile:
    """Open the list at `path`, a workbook by its suffix, CSV otherwise; raise `ConfigError` if unreadable.

    The `encoding` of a CSV file is found out where none is named.
    """
    return ExcelFile(path) if path.suffix.lower() in EXCEL_SUFFIXES else CsvFile(path, encoding)


class CsvFile:
    """Comma, semicolon, tab or bar; the encoding that is named, else what `encoding_of` finds."""

    def __init__(self, path: Path, encoding: str = "") -> None:
        self._file = path.open("rb")
        try:
            self._stamp = _stamp_of(self._file)
            found = encoding_of(self._file, encoding)
            self.guessed = found.name if found.is_guessed else ""
            # Kept, or it would close the file when its last line is read.
            self._text = TextIOWrapper(self._file, found.name, newline="")
            self._lines = TextLines(self._text)
            self._cells = csv.reader(self._lines, delimiter=self._lines.delimiter)
            self.header: Sequence[str] = _without_blanks(next(self._cells, []))
        except csv.Error as error:
            self._file.close()
            raise ConfigError("header", "a first line that is no CSV", str(error)) from error
        except BaseException:
            self._file.close()
            raise

    def lines(self) -> Iterator[Line]:
        """Go through the lines; one that is no CSV comes with the problem.

        Raises `ConfigError` at the end where the file was changed meanwhile: who knows which half was read.
        """
        while True:
            number = self._lines.begin()
            try:
                cells = next(self._cells)
            except StopIteration:
                break
            except Unclosed as error:
                yield Line(number, (), str(error))
                continue
            except csv.Error as error:
                yield Line(number, (), f"CSV; this is none: {error}")
                continue
            cells = _without_blanks(cells, len(self.header))
            if len(cells) > len(self.header) and self._lines.only_first():
                yield Line(number, (), str(Unclosed()))
            elif any(cells):
                yield Line(number, cells)
        if _stamp_of(self._file) != self._stamp:
            raise _changed()

    def progress(self) -> tuple[int, int]:
        """Return the bytes read and those there are."""
        return self._file.tell(), self._stamp[0]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class ExcelFile:
    """The first sheet of a workbook, as it streams; whole numbers without a point, dates as in ISO 8601."""

    guessed = ""

    def __init__(self, path: Path) -> None:
        try:
            from openpyxl import load_workbook
        except ImportError as error:
            raise ConfigError(
                str(path), "a workbook", "a CSV file, or pip install goldline[excel]"
            ) from error
        self._file = path.open("rb")
        try:
            self._stamp = _stamp_of(self._file)
            _refuse_bomb(self._file)
            self._book = load_workbook(self._file, read_only=True, data_only=True)
            sheet = self._book.worksheets[0]
            columns = min(sheet.max_column or COLUMNS_MAX, COLUMNS_MAX)
            self._rows = enumerate(sheet.iter_rows(values_only=True, max_col=columns), start=1)
            self._size = sheet.max_row or 0
            self._read = 0
            self.header: Sequence[str] = self._next_cells() or []
        except _NO_WORKBOOK as error:
            self._file.close()
            raise _no_workbook(error) from error
        except BaseException:
            self._file.close()
            raise

    def lines(self) -> Iterator[Line]:
        """Go through the rows.

        Raises `ConfigError` where the file was changed meanwhile: who knows which half was read.
        """
        try:
            while (cells := self._next_cells()) is not None:
                if any(cells):
                    yield Line(self._read, cells)
        except ConfigError:
            self._refuse_changed()  # that is why it cannot be read
            raise
        self._refuse_changed()

    def progress(self) -> tuple[int, int]:
        """Return the rows read and those there are."""
        return self._read, max(self._size, self._read)

    def close(self) -> None:
        """Close the workbook."""
        self._book.close()
        self._file.close()

    def _refuse_changed(self) -> None:
        if _stamp_of(self._file) != self._stamp:
            raise _changed()

    def _next_cells(self) -> list[str] | None:
        try:
            self._read, row = next(self._rows, (self._read, None))
        except _NO_WORKBOOK as error:
            raise _no_workbook(error) from error
        if row is None:
            return None
        return _without_blanks([_cell_text(value) for value in row])


def _without_blanks(cells: list[str], kept: int = 0) -> list[str]:
    """Return the cells without the empty ones that spreadsheets write behind the last column."""
    while len(cells) > kept and not cells[-1].strip():
        cells.pop()
    return cells


def _stamp_of(file: BinaryIO) -> tuple[int, int]:
    """Return how large an open file is, and when it was written to."""
    told = os.fstat(file.fileno())
    return told.st_size, told.st_mtime_ns


def _changed() -> ConfigError:
    return ConfigError("list", "a file that was changed while it was read", "load it again")


_NO_WORKBOOK = (
    *(BadZipFile, EOFError, RuntimeError, zlib.error),
    *(KeyError, IndexError, ValueError, TypeError, SyntaxError),
)
"""What openpyxl raises for a file that is none, or is broken: `ParseError` of XML is a `SyntaxError`, what is
encrypted or packed otherwise a `RuntimeError`."""


def _no_workbook(error: Exception) -> ConfigError:
    return ConfigError("workbook", f"none that can be read ({type(error).__name__})", "save it as .xlsx")


def _refuse_bomb(file: BinaryIO) -> None:
    """Raise `ConfigError` where a workbook unpacks to more than fits; it cannot hold more than it says."""
    with ZipFile(file) as packed:
        sizes = {member.filename: member.file_size for member in packed.infolist()}
    for name, size in sizes.items():
        most = SHEET_BYTES_MAX if name.startswith("xl/worksheets/") else WHOLE_BYTES_MAX
        if size > most:
            allowed = f"at most {most >> 20} MB unpacked; save the list as CSV"
            raise ConfigError("workbook", f"{size >> 20} MB in {name}", allowed)


def _cell_text(value: Any) -> str:
    """Return a cell as a CSV file would have it: a telephone number is no 2.025550123E9."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.hour == value.minute == value.second == 0:
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


class RejectsFile:
    """Rejects as a CSV a spreadsheet can open safely; not made before there is one, an old one goes."""

    def __init__(
        self, path: Path | None, columns: Sequence[str] = ("line", "column", "value", "allowed")
    ) -> None:
        self._path = path
        self._columns = columns
        self._file: TextIO | None = None
        if path is not None:
            path.unlink(missing_ok=True)

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def write(self, rejects: Iterable[Sequence[object]]) -> None:
        """Add one row for each, in the order of the columns."""
        rows = [[harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rejects]
        if self._path is None or not rows:
            return
        if self._file is None:
            # With a byte order mark: without one Excel takes UTF-8 for the local code page.
            self._file = self._path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow([harmless(name) for name in self._columns])
        csv.writer(self._file).writerows(rows)
