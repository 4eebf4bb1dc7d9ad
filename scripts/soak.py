"""Run the scenarios of the soak under ever new seeds, over all cores, and tell which broke a promise.

    python -m scripts.soak [--runs 100000] [--first SEED] [--scenario FILE ...] [--cores N]

Runs are shared out evenly among the scenarios. Without `--first` the seeds begin at the second of the day it
is, where no earlier sweep is likely to have been.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from goldline.soak import BLOCK, soak

DIRECT, WIRE = Path("examples/soak/soak.toml"), Path("examples/soak/soak-wire.toml")
SCENARIOS = (DIRECT, DIRECT, DIRECT, WIRE)
"""One run in four goes through the bytes, which takes about three times as long."""
RUNS = 100_000
FAILURES_SHOWN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep the seeds that the command line asks for; return 1 where a run broke a promise."""
    parser = argparse.ArgumentParser(description="Short days full of faults, under ever new seeds.")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--first", type=int, default=int(time.time()), help="the first seed")
    parser.add_argument("--scenario", type=Path, action="append", help="a file; by default those of the soak")
    parser.add_argument("--cores", type=int, default=-1)
    asked = parser.parse_args(arguments)
    failures = _sweep(asked.scenario or SCENARIOS, asked.first, asked.runs, asked.cores)
    last = asked.first + asked.runs - 1
    print(f"{asked.runs} runs, seeds {asked.first} to {last}: {len(failures)} broke a promise")
    for failure in failures[:FAILURES_SHOWN]:
        print(f"\n{failure}")
    return 1 if failures else 0


def _sweep(files: Sequence[Path], first: int, runs: int, cores: int) -> list[str]:
    failures: list[str] = []
    with Progress(transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("soak", total=runs)
        for found in soak(files, first, runs, cores):
            failures += found
            bar.update(task, advance=BLOCK, description=f"soak, {len(failures)} failures")
    return failures


if __name__ == "__main__":
    sys.exit(main())
