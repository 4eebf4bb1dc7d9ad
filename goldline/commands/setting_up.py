"""Commands that set an installation up: what Asterisk is given, and whether the configuration holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

setting_up_app = typer.Typer()


@setting_up_app.command("asterisk-config")
def asterisk_config(
    folder: Path,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Use its secrets and ports.")] = None,
) -> None:
    """Write the dialplan, the manager account and the include lines for a user's Asterisk."""
    from goldline.asterisk_files import write_asterisk_files

    for written in write_asterisk_files(folder, config):
        typer.echo(written)


@setting_up_app.command("check-config")
def check_config(file: Path) -> None:
    """Check a configuration with its flows, a scenario, or a flow alone; name what is wrong, if anything."""
    from goldline.check import check_file

    checked = check_file(file)
    for warning in checked.warnings:
        typer.echo(f"{file}: {warning}", err=True)
    typer.echo(f"{file}: {checked.holds}: {'as warned' if checked.warnings else 'good'}")
