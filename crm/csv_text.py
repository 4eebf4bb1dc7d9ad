"""How the text of a CSV file is to be read: its encoding, its delimiter, and where a line of it ends.

Files come from spreadsheets, databases and people: what they are is found out from what they hold.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple, TextIO

from core.kernel.errors import ConfigError, Said

LINE_CHARS_MAX = 1 << 20
"""No line of a list is longer; a file without line feeds would be in memory at once."""
CELL_LINES_MAX = 200
"""A cell that goes over more lines was begun by a stray quotation mark: it would swallow all that follow."""
DELIMITERS = ",;\t|"

_PIECE = 1 << 20
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin, today's and those of before 2007, whatever they are called."""
_RUN = re.compile(rb"[\x80-\xff]+")
_USUAL = bytes((*range(0xA1, 0xAA), *range(0xB0, 0xD8)))
"""First bytes of what is usual in GB18030: signs, and the characters of the first level of GB 2312."""
NAME_IT = "or name its encoding, such as cp1250 or cp1251"
_QUOTED = re.compile(r'"[^"]*"')
_SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""What Excel writes, and takes, for a first line."""


class Encoding(NamedTuple):
    """How the bytes of a file are to be read; `is_guessed` where nothing but its letters speaks for it."""

    name: str
    is_guessed: bool = False


def encoding_of(file: BinaryIO, named: str = "") -> Encoding:
    """Return the encoding of a whole file, the one that somebody `named` where all of it can be read so.

    Found out are UTF-8, UTF-16 by its mark; guessed are GB18030 and Windows of Western Europe.

    Raises `ConfigError` where it is another, or no text.
    """
    start = file.read(4)
    file.seek(0)
    if start in _BOOKS:
        raise ConfigError("list", "a workbook, by what it holds", "save it as .xlsx or CSV")
    if named:
        return Encoding(_known(file, named))
    sure = "utf-16" if start[:2] in _MARKS else "utf-8-sig"
    if _is_valid(file, sure):
        return Encoding(sure)
    guessed = sure if sure == "utf-16" else _guess(file)
    if guessed == sure or not _is_valid(file, guessed):
        raise ConfigError("encoding", "bytes of another one", f"save the list as UTF-8, {NAME_IT}")
    return Encoding(guessed, is_guessed=True)


def _known(file: BinaryIO, named: str) -> str:
    """Return an encoding that somebody named, as Python calls it; refuse one that `file` is not in."""
    try:
        "".encode(named)
        plain = codecs.lookup(named).name
    except (LookupError, UnicodeError, ValueError):
        raise ConfigError("encoding", named, "one that Python knows, such as cp1250 or iso-8859-2") from None
    plain = "utf-8-sig" if plain == "utf-8" else plain
    if not _is_valid(file, plain):
        raise ConfigError("encoding", named, "one of which the file has no bytes that it does not know")
    return plain


def _is_valid(file: BinaryIO, encoding: str) -> bool:
    text = TextIOWrapper(file, encoding, newline="")
    try:
        while text.read(_PIECE):
            pass
    except UnicodeError:
        return False
    finally:
        text.detach()
        file.seek(0)
    return True


def _guess(file: BinaryIO) -> str:
    """Return what bytes that are no ASCII look like, UTF-8 where like nothing that is guessed.

    Accents stand alone among letters; the characters of GB18030 are of two bytes, stand together, and most of
    them are among the usual ones, which Cyrillic or Japanese letters taken for them are not.
    """
    alone = pairs = usual = 0
    while piece := file.read(_PIECE):
        for run in _RUN.findall(piece):
            alone += len(run) == 1
            first = run[: len(run) // 2 * 2 : 2]
            pairs += len(first)
            usual += len(first) - len(first.translate(None, _USUAL))
    file.seek(0)
    if alone > pairs:
        return "cp1252"
    return "gb18030" if 2 * usual >= pairs else "utf-8-sig"


class Unclosed(csv.Error):
    """A cell begins with a quotation mark, and does not end with one as far as one can see."""

    def __init__(self) -> None:
        super().__init__("a second quotation mark where a cell begins with one")


class TextLines:
    """The lines of an open CSV file, as `csv.reader` takes them, and what it has taken can be given back.

    `delimiter` is found out; a first line that only says it, and blank ones, are passed over.
    """

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self.number = 0
        """The line that was taken last, from 1 on."""
        first = self._first()
        said = _SAID.fullmatch(first)
        if said:
            first = self._first()
        bare = _QUOTED.sub("", first)
        self.delimiter = said[1] if said else max(DELIMITERS, key=bare.count)
        self._give_back([first] if first else [])

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line; raise `Unclosed` where the cell that is open will hardly end in it."""
        line = "" if len(self._taken) > CELL_LINES_MAX else self._next()
        if line:
            self._taken.append(line)
            return line
        if self._taken:
            self.only_first()
            raise Unclosed
        raise StopIteration

    def begin(self) -> int:
        """Let go of what was taken, for the lines of a new row; return the number of its first."""
        self._taken.clear()
        return self.number + 1

    def only_first(self) -> bool:
        """Give all lines of this row back but the first; tell whether there were more."""
        first, *more = self._taken
        self._give_back(more)
        self._taken = [first]
        return bool(more)

    def _give_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)

    def _first(self) -> str:
        while (line := self._next()) and not line.strip(DELIMITERS + ' "\r\n'):
            pass
        return line

    def _next(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(LINE_CHARS_MAX)
        if len(line) == LINE_CHARS_MAX:
            found = Said(f"more than {LINE_CHARS_MAX:,} characters")
            raise ConfigError(f"line {self.number + 1}", found, "a line for each row")
        self.number += bool(line)
        return line
