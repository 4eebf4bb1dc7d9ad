"""How commands print: one JSON object for machines, tables and sentences for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from crm.cells import Reject
    from simulator.report.blocks import Table


def tell(result: dict[str, Any], for_people: Callable[[dict[str, Any]], None], as_json: bool) -> None:
    """Print `result` for machines, or by `for_people`."""
    if as_json:
        print_json(result)
    else:
        for_people(result)


def print_json(result: Mapping[str, Any]) -> None:
    """Print one JSON object in one line, the same for the same result."""
    typer.echo(json.dumps(result, sort_keys=True))


def print_tables(
    tables: Iterable[Table], *, preface: Iterable[str] = (), remarks: Iterable[str] = ()
) -> None:
    """Print the tables as wide as the terminal is, with lines before and behind them."""
    from goldline.tables import drawn, terminal

    console = terminal()
    console.print(*preface, *(drawn(table, console.width) for table in tables), *remarks, sep="\n")


def print_figures(figures: dict[str, Any]) -> None:
    """Print what simulated days came to."""
    from goldline.tables import result_tables

    print_tables(result_tables(figures))


def print_reject(reject: Reject) -> None:
    """Say what is wrong with a line of a file."""
    typer.echo(f"line {reject.line}, {reject.said()}", err=True)


def warn_of_guess(encoding: str) -> None:
    """Say that the encoding of a list is a guess, if it is one."""
    if encoding:
        typer.echo(
            f"the list is no UTF-8 and was read as {encoding}: see whether names have their letters, "
            "and load it again with --encoding (such as cp1250, cp1251, iso-8859-2) if not",
            err=True,
        )
