"""Run benchmarks and write what they measured into `docs/benchmarks.md`.

    python -m benchmarks                          every one of them, in hours
    python -m benchmarks --quick                  every one of them, in minutes
    python -m benchmarks speed erlang --calls 250000   some of them, with options of their own

Each runs in a process of its own, one after the other, so that none warms a cache for the next, and its
section of the page is written when it has ended; the other sections stay. The command stands in the section,
so a shortened run is seen to be one. The exit status is 1 where a benchmark failed: it is named, and where
it printed its figures all the same, they are on the page.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import as_markdown, shown

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "docs" / "benchmarks.md"
SUPPORT = {"__init__", "__main__", "report"}
"""Modules of this folder that measure nothing; so do those whose name begins with an underscore."""

_SECTION = re.compile(r"^## .*?\n\n`python -m benchmarks\.(\w+).*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def main() -> int:
    """Run those that are named, or all; return the exit status."""
    words = sys.argv[1:]
    names = [word for word in words if word in benchmark_names()] or benchmark_names()
    asked = [word for word in words if word not in names]
    failed = [name for name in names if not renew(name, asked)]
    for name in failed:
        print(f"benchmarks.{name} failed", file=sys.stderr)
    return 1 if failed else 0


def benchmark_names() -> list[str]:
    """Return the modules of this folder that measure something, in the order of their names."""
    names = sorted(path.stem for path in FOLDER.glob("*.py"))
    return [name for name in names if name not in SUPPORT and not name.startswith("_")]


def renew(name: str, asked: Sequence[str]) -> bool:
    """Run the benchmark with the options `asked` and write its section; tell whether all went well."""
    command = [f"benchmarks.{name}", *asked]
    print(f"{' '.join(command)} ...", file=sys.stderr)
    finished = subprocess.run(
        [sys.executable, "-m", *command, "--json"], stdout=subprocess.PIPE, text=True, check=False
    )
    if finished.stdout.startswith("{"):
        report = json.loads(finished.stdout)
        known = sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
        PAGE.write_text(page(known | {name: section(command, report)}), encoding="utf-8")
    return finished.returncode == 0


def sections(text: str) -> dict[str, str]:
    """Return the sections of a page by the name of their benchmark."""
    return {found.group(1): found.group(0).rstrip() + "\n" for found in _SECTION.finditer(text)}


def section(command: Sequence[str], report: dict[str, Any]) -> str:
    """Return the section that shows a benchmark's figures."""
    ratios = "".join(f"- {ratio}: {shown(value)}\n" for ratio, value in report["ratios"].items())
    table = as_markdown(report["rows"])
    return f"## {report['title']}\n\n`python -m {' '.join(command)}`\n\n{table}" + (
        f"\n{ratios}" if ratios else ""
    )


def page(known: dict[str, str]) -> str:
    """Return the text of `docs/benchmarks.md`, its sections in the order of their names."""
    heading = (
        "# Benchmarks\n\nWritten by `make bench` or by the command above each table; do not edit. "
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}.\n"
    )
    return "\n".join([heading, *(known[name] for name in sorted(known))])


if __name__ == "__main__":
    sys.exit(main())
