"""A look at the head of a list: its columns, what each seems to hold, and the first lines below."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from core.kernel.errors import ConfigError
from crm.leads.row import canonical
from crm.list_file import COLUMNS_MAX, open_list

SAMPLES = 5
SAMPLE_CHARS_MAX = 80
"""Of a cell so much is shown as tells what it is."""
REPORT_COLUMNS = ("import_line", "import_verdict", "import_reason")
"""What a file of rejects has besides the columns of the list: left out where that is loaded again, mended."""


class Head(NamedTuple):
    """The columns of a file as it calls them, what each is taken for, and samples of what they hold."""

    header: tuple[str, ...]
    suggested: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]


def head_of(path: Path, encoding: str = "") -> Head:
    """Return the head of the list at `path`; raise `ConfigError` where it cannot be read at all."""
    with closing(open_list(path, encoding)) as opened:
        header = tuple(opened.header)
        if not 1 <= len(header) <= COLUMNS_MAX:
            raise ConfigError(
                "header", f"{len(header)} columns", f"1 to {COLUMNS_MAX} columns in its first line"
            )
        lines = (line.cells for line in opened.lines() if not line.problem)
        samples = tuple(tuple(cell[:SAMPLE_CHARS_MAX] for cell in cells) for cells in islice(lines, SAMPLES))
    return Head(header, tuple(map(suggested, header)), samples)


def suggested(column: str) -> str:
    """Return what a column of this name seems to hold; nothing where it is best left out."""
    return "" if column in REPORT_COLUMNS else canonical(column)


def left_out() -> dict[str, str]:
    """Return the mapping that holds where nobody gives another."""
    return dict.fromkeys(REPORT_COLUMNS, "")
