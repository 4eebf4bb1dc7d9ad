"""The command line: parses, calls, prints. What a command does lives in the module it calls.

Modules are imported where they are needed, so `goldline --help` answers at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from core.kernel.errors import ConfigError, GoldlineError
from core.kernel.interpreter import COMPILED
from goldline.campaign_cli import Encoding, campaign_app, warn_of_guess
from goldline.people_cli import people_app
from goldline.roles import ServeRole

app = typer.Typer(
    help="Call-centre routing for Asterisk: value-aware, explained, proved on its own simulator.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
crm_app = typer.Typer(help="The customers' records.", no_args_is_help=True)
app.add_typer(crm_app, name="crm")
estimate_app = typer.Typer(help="Waits as they are foretold to callers.", no_args_is_help=True)
app.add_typer(estimate_app, name="estimate")
app.add_typer(campaign_app, name="campaign")
app.add_typer(people_app, name="people")

ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


def main() -> None:
    """Run the command line; an error of the user's or of the machine's is one line and exit status 2."""
    try:
        app()
    except (GoldlineError, OSError) as error:
        _refuse(error)
    except ImportError as error:
        if COMPILED:
            raise
        _refuse(GoldlineError(f"PyPy runs simulations alone: this needs CPython ({error.name})"))


@app.command()
def demo(
    headless: Annotated[bool, typer.Option(help="No picture: a fixed day in virtual time.")] = False,
    as_json: AsJson = False,
    seed: Annotated[int, typer.Option(help="Which day: the same seed gives the same day.")] = 7,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="Seconds that pass in one.")] = 1.0,
    minutes: Annotated[float, typer.Option(min=0, help="Stop after this many minutes; 0: never.")] = 0,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where the pages are.")] = 8080,
    browser: Annotated[bool, typer.Option(help="Open the pages in the browser.")] = True,
) -> None:
    """Show the engine routing calls, with a simulated Asterisk and people, on this machine alone."""
    if headless:
        from goldline.demo.day import in_short, run_day

        day = run_day(seed, progress=not as_json)
        _tell(in_short(day) if as_json else day, _print_figures, as_json)
    else:
        from goldline.demo.show import ShowSettings, run_show

        settings = ShowSettings(seed=seed, speed=speed, web_port=port)
        asyncio.run(run_show(settings, minutes * 60, browser))


@app.command()
def serve(
    config: ConfigFile = Path("goldline.toml"),
    role: Annotated[ServeRole, typer.Option(help="Engine and web side apart are linked by the bus.")] = (
        ServeRole.ALL
    ),
    port: Annotated[int | None, typer.Option(help="Of the pages, instead of the configured one.")] = None,
) -> None:
    """Work live on the Asterisk that the configuration names, until interrupted."""
    from goldline.serve import run_server

    asyncio.run(run_server(config, role, port))


@app.command()
def top(
    url: Annotated[str, typer.Option(help="Where the pages are.")] = "http://127.0.0.1:8080",
    login: Annotated[str, typer.Option(help="Sign in as this person; the password is asked for.")] = "",
    demo: Annotated[bool, typer.Option(help="Look at the demonstration that runs beside.")] = False,
) -> None:
    """Show the wallboard in this terminal: with the key in GOLDLINE_KEY, as a person, or of the demo."""
    from goldline.demo.people import PASSWORD, WALL
    from goldline.top import Door, password_of, show_board, sign_in

    if demo:
        door = sign_in(url, WALL, PASSWORD)
    else:
        door = (
            sign_in(url, login, password_of(login))
            if login
            else Door(url=url, key=os.environ.get("GOLDLINE_KEY", ""))
        )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(show_board(door))


@app.command()
def desk(
    agent: str,
    extension: Annotated[str, typer.Option(help="The phone, as Asterisk dials it, such as PJSIP/1001.")],
    standing: Annotated[bool, typer.Option(help="Let it be rung once, and the call stand.")] = False,
    config: ConfigFile = Path("goldline.toml"),
) -> None:
    """Sit down as an agent in this terminal: the caller's record as lines, wishes as words."""
    from goldline.config import load_config
    from web.terminal_desk import sit_down

    door = load_config(config).desk
    url = f"ws://{door.host}:{door.port}/desk/{agent}"
    asyncio.run(sit_down(url, door.token.get_secret_value(), extension, standing))


@app.command()
def simulate(
    scenario: Path,
    seed: Annotated[int | None, typer.Option(help="Instead of the scenario's own.")] = None,
    replications: Annotated[int, typer.Option(min=1, help="Runs, of this seed and those after it.")] = 1,
    cores: Annotated[int, typer.Option(help="Runs at a time; -1: one on each core.")] = -1,
    cluster: Annotated[str, typer.Option(help="Run on this Dask scheduler, such as tcp://host:8786.")] = "",
    interval: Annotated[float | None, typer.Option(min=60, help="Seconds of an interval.")] = None,
    threshold: Annotated[float, typer.Option(min=0, help="Seconds the service level promises.")] = 20,
    report: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")] = None,
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
    _tell(figures, _print_figures, as_json)


@app.command()
def whatif(
    scenario: Path,
    target: Annotated[
        list[str] | None,
        typer.Option(help="SHARE/SECONDS, or TIER@QUEUE:SHARE/SECONDS, such as gold:90/10; any number."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the scenario's own.")] = None,
    replications: Annotated[int, typer.Option(min=40, help="Days on which a close call is decided.")] = 160,
    cores: Annotated[int, typer.Option(help="Days at a time; -1: one on each core.")] = -1,
    cluster: Annotated[str, typer.Option(help="Run on this Dask scheduler, such as tcp://host:8786.")] = "",
    report: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find how many agents of each team each interval takes to meet the targets, at the least cost."""
    from goldline.whatif.answer import Choices
    from goldline.whatif.command import work_out

    choices = Choices(seed=seed, replications=replications, cores=cores, cluster=cluster)
    answer = work_out(scenario, target or (), choices, report=report, progress=not as_json)
    _tell(answer, _print_answer, as_json)


@app.command()
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
    seed: Annotated[int | None, typer.Option(help="Instead of the scenario's own.")] = None,
    cores: Annotated[int, typer.Option(help="Days at a time; -1: one on each core.")] = -1,
    cluster: Annotated[str, typer.Option(help="Run on this Dask scheduler, such as tcp://host:8786.")] = "",
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
    _tell(result, _print_tuning, as_json)


@app.command()
def replay(
    journal: Path,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="The rules of this file.")] = None,
    replications: Annotated[int, typer.Option(min=1, help="Completions of a day under other rules.")] = 20,
    seed: Annotated[int, typer.Option(help="That of the first completion.")] = 1,
    cores: Annotated[int, typer.Option(help="Runs at a time; -1: one on each core.")] = -1,
    cluster: Annotated[str, typer.Option(help="Run on this Dask scheduler, such as tcp://host:8786.")] = "",
    threshold: Annotated[float, typer.Option(min=0, help="Seconds the service level promises.")] = 20,
    report: Annotated[Path | None, typer.Option(help="Write a page with the tables to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether a recorded run is decided the same again, or what other rules would have made of it."""
    from goldline.counterfactual import Choices, compare
    from goldline.replay import decides_otherwise, replay_journal

    if config is None or not decides_otherwise(journal, config):
        _print_replay(replay_journal(journal, config), as_json)
    choices = Choices(
        replications=replications,
        seed=seed,
        cores=cores,
        cluster=cluster,
        threshold_s=threshold,
        report=report,
    )
    comparison = compare(journal, config, choices, progress=not as_json)
    _tell(comparison, _print_comparison, as_json)


@app.command()
def compare(
    queue: Annotated[str, typer.Option(help="The queue whose policies were in force by turns.")],
    source: Annotated[
        Path | None, typer.Argument(help="A scenario (.toml) or a journal; without it the ledger.")
    ] = None,
    config: ConfigFile = Path("goldline.toml"),
    since: Annotated[datetime | None, typer.Option(help="Of the ledger: from this day on, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Of the ledger: before this day.")] = None,
    replications: Annotated[int, typer.Option(min=1, help="Days of a scenario.")] = 20,
    seed: Annotated[int | None, typer.Option(help="That of the first, instead of the scenario's.")] = None,
    cores: Annotated[int, typer.Option(help="Days at a time; -1: one on each core.")] = -1,
    threshold: Annotated[float, typer.Option(min=0, help="Seconds the service level promises.")] = 20,
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
    _tell(result, _print_turns, as_json)


@app.command("asterisk-config")
def asterisk_config(
    folder: Path,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Use its secrets and ports.")] = None,
) -> None:
    """Write the dialplan, the manager account and the include lines for a user's Asterisk."""
    from goldline.asterisk_files import write_asterisk_files

    for written in write_asterisk_files(folder, config):
        typer.echo(written)


@app.command("check-config")
def check_config(file: Path) -> None:
    """Check a configuration with its flows, a scenario, or a flow alone; name what is wrong, if anything."""
    from goldline.check import check_file

    checked = check_file(file)
    for warning in checked.warnings:
        typer.echo(f"{file}: {warning}", err=True)
    typer.echo(f"{file}: {checked.holds}: {'as warned' if checked.warnings else 'good'}")


@app.command()
def why(
    contact: str,
    config: ConfigFile = Path("goldline.toml"),
    journal: Annotated[Path | None, typer.Option(help="Ask this journal instead of the ledger.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Ask the demonstration's day of --seed.")] = False,
    seed: Annotated[int, typer.Option(help="Which day of the demonstration.")] = 7,
    course: Annotated[bool, typer.Option("--course", help="Tell every event of the contact.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell who got a contact and why: the parts of the score, who came second, who could not have it."""
    from goldline.why import answer, lines

    found = asyncio.run(answer(contact, config=config, journal=journal, demo_seed=seed if demo else None))
    if as_json:
        _print_json(found.as_json())
    else:
        typer.echo("\n".join(lines(found, whole=course)))


@app.command()
def audit(
    files: Annotated[list[Path], typer.Argument(help="Audit files, or folders of them: all there are.")],
    as_json: AsJson = False,
) -> None:
    """Judge what campaigns dialed by their audit files, on their own; any violation is exit status 1."""
    from goldline.audit_report import audited

    found = audited(files)
    _tell(found, _print_audit, as_json)
    raise typer.Exit(1 if found["violations"] else 0)


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
    config: ConfigFile = Path("goldline.toml"),
    replications: Annotated[int, typer.Option(min=1, help="Days of a scenario to learn from.")] = 20,
    seed: Annotated[int | None, typer.Option(help="That of the first, instead of the scenario's.")] = None,
    cores: Annotated[int, typer.Option(help="Days at a time; -1: one on each core.")] = -1,
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
    _tell(result, _print_lesson, as_json)


@crm_app.command("import")
def crm_import(file: Path, encoding: Encoding = "", config: ConfigFile = Path("goldline.toml")) -> None:
    """Load customers from a CSV file; bad lines are named and the others load."""
    from goldline.customers import import_file

    result = asyncio.run(import_file(file, config, encoding))
    warn_of_guess(result.guessed)
    for reject in result.rejects:
        typer.echo(f"line {reject.line}, {reject.column} {reject.value!r}: {reject.allowed}", err=True)
    typer.echo(f"{result.created} new, {result.updated} updated, {result.rejected_lines} lines not loaded")
    raise typer.Exit(1 if result.rejected_lines else 0)


@crm_app.command("score")
def crm_score(config: ConfigFile = Path("goldline.toml")) -> None:
    """Give every customer the tier that the value on record earns."""
    from goldline.customers import score_all

    changes = asyncio.run(score_all(config))
    for change in changes:
        typer.echo(f"{change.external_id}: {change.old or 'none'} -> {change.new}")
    typer.echo(f"{len(changes)} tiers changed")


def _print_figures(figures: dict[str, Any]) -> None:
    from goldline.tables import drawn, result_tables, terminal

    console = terminal()
    console.print(*(drawn(table, console.width) for table in result_tables(figures)))


def _print_answer(answer: dict[str, Any]) -> None:
    from goldline.tables import drawn, terminal
    from goldline.whatif.tables import answer_tables, remarks

    console = terminal()
    console.print(
        *(drawn(table, console.width) for table in answer_tables(answer)), *remarks(answer), sep="\n"
    )


def _print_turns(result: dict[str, Any]) -> None:
    from goldline.tables import drawn, terminal
    from goldline.turn_tables import NOTE, preface, turn_tables

    console = terminal()
    console.print(preface(result), *(drawn(table, console.width) for table in turn_tables(result)), NOTE)


def _print_tuning(result: dict[str, Any]) -> None:
    from goldline.tables import drawn, terminal
    from goldline.tune.tables import remarks, tune_tables

    console = terminal()
    console.print(*(drawn(table, console.width) for table in tune_tables(result)), *remarks(result), sep="\n")


def _print_comparison(comparison: dict[str, Any]) -> None:
    from goldline.comparison import drawn_comparison
    from goldline.tables import terminal

    terminal().print(drawn_comparison(comparison))


def _print_lesson(result: dict[str, Any]) -> None:
    from goldline.estimate.training import lesson_table
    from goldline.tables import drawn, terminal

    for error in result.get("errors", ()):
        place = f"{error['file']}: line {error['line']}, {error['column']}"
        typer.echo(f"{place} {error['found']!r}: {error['allowed']}", err=True)
    console = terminal()
    console.print(drawn(lesson_table(result), console.width))


def _print_audit(found: dict[str, Any]) -> None:
    from goldline.audit_report import audit_table, remarks
    from goldline.tables import drawn, terminal

    console = terminal()
    console.print(drawn(audit_table(found), console.width))
    typer.echo("\n".join(remarks(found)))


def _print_replay(result: dict[str, Any], as_json: bool) -> NoReturn:
    if as_json:
        _print_json(result)
    else:
        typer.echo(f"{result['inputs']} inputs, first difference: {result['first_difference'] or 'none'}")
    raise typer.Exit(0 if result["first_difference"] is None else 1)


def _tell(result: dict[str, Any], people: Callable[[dict[str, Any]], None], as_json: bool) -> None:
    """Print `result` for machines, or as `people` like to read it."""
    if as_json:
        _print_json(result)
    else:
        people(result)


def _print_json(figures: dict[str, Any]) -> None:
    typer.echo(json.dumps(figures, sort_keys=True))


def _refuse(error: GoldlineError | OSError) -> NoReturn:
    kind = "configuration" if isinstance(error, ConfigError) else "error"
    typer.echo(f"goldline: {kind}: {_said(error)}", err=True)
    raise SystemExit(2)


def _said(error: GoldlineError | OSError) -> str:
    """Return what is wrong; of a file that cannot be had the name comes first, as of one with a mistake."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return str(error)
