"""How every benchmark reads its arguments and prints its figures.

For people a title, a table and the ratios; for machines one JSON object with the same content:
`{"title": ..., "rows": [{column: value, ...}, ...], "ratios": {name: value, ...}}`.
A benchmark module has a `main()` that calls `options` first and `print_figures` last.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Row = Mapping[str, object]
"""One line of a table: column heading to value, the unit in the heading ("median ms")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every benchmark is asked: a run of under 50 seconds, JSON instead of a table."""

    quick: bool
    as_json: bool


def options(purpose: str) -> Options:
    """Return the options on the command line; `purpose` is the one sentence that `--help` shows."""
    chosen = parser(purpose).parse_args()
    return Options(quick=chosen.quick, as_json=chosen.json)


def parser(purpose: str) -> argparse.ArgumentParser:
    """Return the parser of these options, for a benchmark that has more of its own."""
    common = argparse.ArgumentParser(description=purpose)
    common.add_argument("--quick", action="store_true", help="finish in under 50 seconds")
    common.add_argument("--json", action="store_true", help="print one JSON object")
    return common


def print_figures(
    title: str, rows: Sequence[Row], as_json: bool, ratios: Mapping[str, float] | None = None
) -> None:
    """Print what was measured; every row has the columns of the first."""
    if as_json:
        print(json.dumps({"title": title, "rows": rows, "ratios": ratios or {}}))
        return
    print(f"{title}\n\n{aligned(rows)}")
    for name, ratio in (ratios or {}).items():
        print(f"{name}: {shown(ratio)}")


def run_by(script: str, module: str) -> tuple[list[Row], dict[str, float]]:
    """Return the lines and ratios of a benchmark as a script of ours runs it, nothing where it cannot."""
    program = Path(__file__).parents[1] / "scripts" / script
    done = subprocess.run([program, "-m", module, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return [], {}
    report = json.loads(done.stdout)
    return report["rows"], report["ratios"]


def aligned(rows: Sequence[Row]) -> str:
    """Return the rows as a table of plain text, numbers to the right."""
    cells = [list(rows[0]), *([shown(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [not isinstance(value, str) for value in rows[0].values()]
    lines = []
    for line in cells:
        padded = [
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, numeric, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines) + "\n"


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    cells = [list(rows[0]), ["---"] * len(rows[0]), *([shown(v) for v in row.values()] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def shown(value: object) -> str:
    """Return a figure as people read it: thousands grouped, three significant digits below a hundred."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
