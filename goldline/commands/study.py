"""Commands for days that nobody lives through: simulated, staffed, tuned for, replayed, compared."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from goldline.commands.options import (
    CONFIG,
    AsJson,
    Cluster,
    ConfigFile,
    DaysAtOnce,
    FirstSeed,
    ReportFile,
    RunsAtOnce,
    Seed,
    Threshold,
)
from goldline.commands.printing import print_figures, print_tables, tell

study_app = typer.Typer()


@study_app.command()
def simulate(
    scenario: Path,
    seed: Seed = None,
    replications: Annotated[int, typer.Option(min=1, help="Runs, of this seed and those after it.")] = 1,
    cores: RunsAtOnce = -1,
    cluster: Cluster = "",
    interval: Annotated[float | None, typer.Option(min=60, help="Seconds of an interval.")] = None,
    threshold: Threshold = 20,
    report: ReportFile = None,
    journal: Annotated[Path | None, typer.Option(help="Record the run in this new file.")] = None,
    audit: Annotated[Path | None, typer.Option(help="Write campaigns' audit files to this folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario in virtual time, once or many times, and print what happened."""
    from goldline.simulate import Choices
    from goldline.simulate import simulate as run

    choices = Choices(
        seed=seed,
        replications=replications,
        cores=cores,
        cluster=cluster,
        interval_s=interval,
        threshold_s=threshold,
        journal=journal,
        report=report,
        audit=audit,
    )
    figures = run(scenario, choices, progress=not as_json)
    tell(figures, print_figures, as_json)


@study_app.command()
def whatif(
    scenario: Path,
    target: Annotated[
        list[str] | None,
        typer.Option(help="SHARE/SECONDS, or TIER@QUEUE:SHARE/SECONDS, such as gold:90/10; any number."),
    ] = None,
    seed: Seed = None,
    replications: Annotated[int, typer.Option(min=40, help="Days on which a close call is decided.")] = 160,
    cores: DaysAtOnce = -1,
    cluster: Cluster = "",
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Find how many agents of each team each interval takes to meet the targets, at the least cost."""
    from goldline.whatif.answer import Choices
    from goldline.whatif.command import work_out

    choices = Choices(seed=seed, replications=replications, cores=cores, cluster=cluster)
    answer = work_out(scenario, target or (), choices, report=report, progress=not as_json)
    tell(answer, _print_answer, as_json)


@study_app.command()
def tune(
    scenario: Path,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Instead of the scenario's own.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the rules found to this file.")] = None,
    policy: Annotated[str, typer.Option(help="What they are called there.")] = "tuned",
    promise: Annotated[
        list[str] | None,
        typer.Option(help="TIER:SHARE/SECONDS to be kept; the top tier's 97/20 if not given."),
    ] = None,
    runs: Annotated[int, typer.Option(min=40, help="Days that the search may look at.")] = 300,
    minutes: Annotated[float, typer.Option(min=0, help="End the search after so long; 0: never.")] = 0,
    replications: Annotated[int, typer.Option(min=2, help="Fresh days on which it is judged.")] = 10,
    seed: Seed = None,
    cores: DaysAtOnce = -1,
    cluster: Cluster = "",
    as_json: AsJson = False,
) -> None:
    """Find the weights of value routing that earn most, while the top and the lowest tier get their due."""
    from goldline.tune.command import Choices
    from goldline.tune.command import tune as find

    choices = Choices(
        config=config,
        out=out,
        policy=policy,
        promises=promise or (),
        days=runs,
        minutes=minutes,
        replications=replications,
        seed=seed,
        cores=cores,
        cluster=cluster,
    )
    result = find(scenario, choices, progress=not as_json)
    tell(result, _print_tuning, as_json)


@study_app.command()
def replay(
    journal: Path,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="The rules of this file.")] = None,
    replications: Annotated[int, typer.Option(min=1, help="Completions of a day under other rules.")] = 20,
    seed: Annotated[int, typer.Option(help="That of the first completion.")] = 1,
    cores: RunsAtOnce = -1,
    cluster: Cluster = "",
    threshold: Threshold = 20,
    report: Annotated[Path | None, typer.Option(help="Write a page with the tables to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether a recorded run is decided the same again, or what other rules would have made of it."""
    from goldline.counterfactual import Choices, compare
    from goldline.replay import decides_otherwise, replay_journal

    if config is None or not decides_otherwise(journal, config):
        result = replay_journal(journal, config)
        tell(result, _print_replay, as_json)
        raise typer.Exit(0 if result["first_difference"] is None else 1)
    choices = Choices(
        replications=replications,
        seed=seed,
        cores=cores,
        cluster=cluster,
        threshold_s=threshold,
        report=report,
    )
    comparison = compare(journal, config, choices, progress=not as_json)
    tell(comparison, _print_comparison, as_json)


@study_app.command()
def compare(
    queue: Annotated[str, typer.Option(help="The queue whose policies were in force by turns.")],
    source: Annotated[
        Path | None, typer.Argument(help="A scenario (.toml) or a journal; without it the ledger.")
    ] = None,
    config: ConfigFile = CONFIG,
    since: Annotated[datetime | None, typer.Option(help="Of the ledger: from this day on, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Of the ledger: before this day.")] = None,
    replications: Annotated[int, typer.Option(min=1, help="Days of a scenario.")] = 20,
    seed: FirstSeed = None,
    cores: DaysAtOnce = -1,
    threshold: Threshold = 20,
    as_json: AsJson = False,
) -> None:
    """Tell what two policies of a queue brought that were in force by turns, and how sure that is."""
    from goldline.compare import Choices, compare_turns

    choices = Choices(
        queue=queue,
        config=config,
        since=since,
        until=until,
        replications=replications,
        seed=seed,
        cores=cores,
        threshold_s=threshold,
    )
    result = compare_turns(source, choices, progress=not as_json)
    tell(result, _print_turns, as_json)


def _print_answer(answer: dict[str, Any]) -> None:
    from goldline.whatif.tables import answer_tables, remarks

    print_tables(answer_tables(answer), remarks=remarks(answer))


def _print_tuning(result: dict[str, Any]) -> None:
    from goldline.tune.tables import remarks, tune_tables

    print_tables(tune_tables(result), remarks=remarks(result))


def _print_replay(result: dict[str, Any]) -> None:
    typer.echo(f"{result['inputs']} inputs, first difference: {result['first_difference'] or 'none'}")


def _print_comparison(comparison: dict[str, Any]) -> None:
    from goldline.comparison import drawn_comparison
    from goldline.tables import terminal

    terminal().print(drawn_comparison(comparison))


def _print_turns(result: dict[str, Any]) -> None:
    from goldline.turn_tables import NOTE, preface, turn_tables

    print_tables(turn_tables(result), preface=[preface(result)], remarks=[NOTE])
