"""Run every benchmark and write `docs/benchmarks.md`: `python -m benchmarks [--quick]`.

Each benchmark runs in a process of its own, one after the other, so that none warms a cache for the
next. One that fails is named, the page is left as it was, and the exit status is 1.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import as_markdown, options, shown

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "docs" / "benchmarks.md"
SUPPORT = {"__init__", "__main__", "report"}
"""Modules of this folder that measure nothing; so do those whose name begins with an underscore."""


def main() -> int:
    """Run them all, write the page, and return the exit status."""
    quick = options("Run every benchmark and write docs/benchmarks.md.").quick
    reports: dict[str, dict[str, Any]] = {}
    for name in benchmark_names():
        print(f"benchmarks.{name} ...", file=sys.stderr)
        report = measure(name, quick)
        if report is None:
            return 1
        reports[name] = report
    PAGE.write_text(page(reports, quick), encoding="utf-8")
    return 0


def benchmark_names() -> list[str]:
    """Return the modules of this folder that measure something, in the order of their names."""
    names = sorted(path.stem for path in FOLDER.glob("*.py"))
    return [name for name in names if name not in SUPPORT and not name.startswith("_")]


def measure(name: str, quick: bool) -> dict[str, Any] | None:
    """Return the JSON object that the benchmark prints, or None after saying how it failed."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *(["--quick"] if quick else [])]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode != 0:
        print(f"benchmarks.{name} failed with exit status {finished.returncode}", file=sys.stderr)
        return None
    report: dict[str, Any] = json.loads(finished.stdout)
    return report


def page(reports: dict[str, dict[str, Any]], quick: bool) -> str:
    """Return the text of `docs/benchmarks.md`."""
    length = "quick runs" if quick else "full runs"
    parts = [
        "# Benchmarks\n\nWritten by `make bench`; do not edit. "
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {length}.\n"
    ]
    for name, report in reports.items():
        ratios = "".join(f"- {ratio}: {shown(value)}\n" for ratio, value in report["ratios"].items())
        parts.append(
            f"## {report['title']}\n\n`python -m benchmarks.{name}`\n\n{as_markdown(report['rows'])}"
            + (f"\n{ratios}" if ratios else "")
        )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
