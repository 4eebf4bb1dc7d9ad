"""`goldline crm`: the customers' records."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from goldline.commands.options import CONFIG, ConfigFile, Encoding
from goldline.commands.printing import print_reject, warn_of_guess

crm_app = typer.Typer(help="The customers' records.", no_args_is_help=True)


@crm_app.command("import")
def crm_import(file: Path, encoding: Encoding = "", config: ConfigFile = CONFIG) -> None:
    """Load customers from a CSV file; bad lines are named and the others load."""
    from goldline.customers import import_file

    result = asyncio.run(import_file(file, config, encoding))
    warn_of_guess(result.guessed)
    for reject in result.rejects:
        print_reject(reject)
    typer.echo(f"{result.created} new, {result.updated} updated, {result.rejected_lines} lines not loaded")
    raise typer.Exit(1 if result.rejected_lines else 0)


@crm_app.command("score")
def crm_score(config: ConfigFile = CONFIG) -> None:
    """Give every customer the tier that the value on record earns."""
    from goldline.customers import score_all

    changes = asyncio.run(score_all(config))
    for change in changes:
        typer.echo(f"{change.external_id}: {change.old or 'none'} -> {change.new}")
    typer.echo(f"{len(changes)} tiers changed")
