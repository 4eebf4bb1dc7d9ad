"""Hold functions and files to their greatest lengths, and print how long they are.

    python -m scripts.check_sizes

A function counts from its `def` to its last line, docstring included. The limits are those of the
style guide: what is longer holds a second idea that deserves a name of its own.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median, quantiles

from scripts.tree import AROUND, PRODUCT, ROOT, python_files

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A function or a file: its length in lines and where it begins."""

    lines: int
    where: str


def functions(source: str, where: str) -> Iterator[Piece]:
    """Return every function and method of a module's `source`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield Piece(node.end_lineno - node.lineno + 1, f"{where}:{node.lineno} {node.name}")


def too_long(pieces: Iterable[Piece], lines_max: int) -> list[str]:
    """Return one complaint for each piece of more than `lines_max` lines."""
    return [
        f"{piece.where}: {piece.lines} lines, {lines_max} at most"
        for piece in pieces
        if piece.lines > lines_max
    ]


def summary(kind: str, pieces: list[Piece]) -> str:
    """Return median, 90th percentile and the longest of `pieces` in one line."""
    lengths = [piece.lines for piece in pieces]
    longest = max(pieces)
    tenths = quantiles(lengths, n=10, method="inclusive") if len(lengths) > 1 else lengths * 9
    return (
        f"{kind}: {len(pieces)}, median {median(lengths):.0f} lines, p90 {tenths[8]:.0f}, "
        f"longest {longest.lines} ({longest.where})"
    )


def main() -> int:
    """Print the summary and the complaints; return 1 when there is one."""
    sources = {
        str(path.relative_to(ROOT)): path.read_text("utf-8") for path in python_files(PRODUCT + AROUND)
    }
    files = [Piece(len(source.splitlines()), where) for where, source in sources.items()]
    bodies = [piece for where, source in sources.items() for piece in functions(source, where)]
    complaints = too_long(bodies, FUNCTION_LINES_MAX) + too_long(files, FILE_LINES_MAX)
    print(summary("functions", bodies), summary("files", files), *complaints, sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
