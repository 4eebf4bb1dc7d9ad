"""Commands that ask what was done and why: of one contact, and of all that campaigns dialed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.kernel.errors import ConfigError
from core.kernel.whole_file import OWNER, write_whole
from goldline.commands.options import CONFIG, AsJson, ConfigFile
from goldline.commands.printing import print_json, print_tables, tell

if TYPE_CHECKING:
    from goldline.audit_report import FilesRead

reasons_app = typer.Typer()


@reasons_app.command()
def why(
    contact: str,
    config: ConfigFile = CONFIG,
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
        print_json(found.as_json())
    else:
        typer.echo("\n".join(lines(found, whole=course)))


@reasons_app.command()
def audit(
    files: Annotated[list[Path], typer.Argument(help="Audit files, or folders of them: all there are.")],
    report: Annotated[
        Path | None, typer.Option(help="Write a page to hand over to this file; it holds no numbers.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write every attempt, with the numbers dialed, to this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge what campaigns dialed by their audit files, on their own; any violation is exit status 1."""
    from goldline.audit_report import audited, read_files

    for option, path in (("--report", report), ("--csv", csv)):
        _check_folder(option, path)
    read = read_files(files)
    found = audited(read)
    if report:
        _write_report(found, report)
    if csv:
        _write_attempts(read, csv)
    tell(found, _print_audit, as_json)
    raise typer.Exit(1 if found["violations"] else 0)


def _check_folder(option: str, path: Path | None) -> None:
    if path and not path.parent.is_dir():
        raise ConfigError(option, str(path), "a file in a folder that is there")


def _write_report(found: dict[str, Any], path: Path) -> None:
    from goldline.audit_page import audit_page
    from simulator.report.page import write_page

    write_page(audit_page(found), path)


def _write_attempts(read: FilesRead, path: Path) -> None:
    from goldline.audit_sheet import attempts_sheet

    write_whole(path, attempts_sheet(read.days), OWNER)


def _print_audit(found: dict[str, Any]) -> None:
    from goldline.audit_report import audit_table, remarks, window_table

    print_tables([audit_table(found), window_table(found)])
    typer.echo("\n".join(remarks(found)))
