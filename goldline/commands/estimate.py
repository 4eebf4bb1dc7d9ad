"""`goldline estimate`: waits as they are foretold to callers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from goldline.commands.options import CONFIG, AsJson, ConfigFile, DaysAtOnce, FirstSeed
from goldline.commands.printing import print_tables, tell

estimate_app = typer.Typer(help="Waits as they are foretold to callers.", no_args_is_help=True)


@estimate_app.command("train")
def estimate_train(
    out: Annotated[Path, typer.Option(help="The file to write, for the configuration to include.")],
    sources: Annotated[
        list[Path] | None,
        typer.Argument(help="A scenario, or lists of calls (.csv, .csv.gz); without it the ledger."),
    ] = None,
    judge: Annotated[
        list[Path] | None,
        typer.Option(help="A list of calls to judge by, instead of the last quarter; may be given again."),
    ] = None,
    config: ConfigFile = CONFIG,
    replications: Annotated[int, typer.Option(min=1, help="Days of a scenario to learn from.")] = 20,
    seed: FirstSeed = None,
    cores: DaysAtOnce = -1,
    zone: Annotated[
        str | None, typer.Option(help="Learn by the time of day too, in this zone, such as Europe/Amsterdam.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Learn how long callers will wait from what can be seen, and tell how good that is."""
    from goldline.estimate.training import Choices, train

    choices = Choices(
        replications=replications, seed=seed, cores=cores, judge=judge or [], zone=zone, config=config
    )
    result = train(sources or [], out, choices, progress=not as_json)
    tell(result, _print_lesson, as_json)


def _print_lesson(result: dict[str, Any]) -> None:
    from goldline.estimate.training import lesson_table

    for error in result.get("errors", ()):
        place = f"{error['file']}: line {error['line']}, {error['column']}"
        typer.echo(f"{place} {error['found']!r}: {error['allowed']}", err=True)
    print_tables([lesson_table(result)])
