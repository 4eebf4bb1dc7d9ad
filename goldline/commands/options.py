"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CONFIG = Path("goldline.toml")
"""The configuration that is read where none is named."""

ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Seed = Annotated[int | None, typer.Option(help="Instead of the scenario's own.")]
FirstSeed = Annotated[int | None, typer.Option(help="That of the first, instead of the scenario's.")]
RunsAtOnce = Annotated[int, typer.Option(help="Runs at a time; -1: one on each core.")]
DaysAtOnce = Annotated[int, typer.Option(help="Days at a time; -1: one on each core.")]
Cluster = Annotated[str, typer.Option(help="Run on this Dask scheduler, such as tcp://host:8786.")]
Threshold = Annotated[float, typer.Option(min=0, help="Seconds the service level promises.")]
ReportFile = Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")]
Encoding = Annotated[
    str, typer.Option(help="Of a CSV file, such as cp1250; without it the encoding is found out.")
]
