"""The Python files of this repository, for the checks that read them.

What is checked is what is there: folders are found, not listed, so a new package is never forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = (
    "goldline",
    "web",
    "simulator",
    "ivr",
    "dialer",
    "routing",
    "agents",
    "metrics",
    "crm",
    "cti",
    "core",
)
"""The packages of the distribution, top of the import order first; some come with later parts."""
AROUND = ("tests", "benchmarks", "examples", "scripts")


def python_files(folders: tuple[str, ...], root: Path = ROOT) -> Iterator[Path]:
    """Return the Python files under the `folders` of `root` that exist, in the order of their paths."""
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))
