"""The table of a simulation's figures: the same rows for the terminal and for the report's page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from goldline.board_tables import name_console
from metrics.service_level import ServiceLevelPolicy
from simulator.report.blocks import Section
from simulator.report.blocks import Table as FigureTable

POLICY = ServiceLevelPolicy.ALL_COUNT
"""The service level that is shown; all three are in the JSON."""
SHOWN_IF_ANY = ("blocked", "elsewhere")
"""Columns that most days have no use for."""
SMALL = 100
"""Below this, the mean of counts is shown with a decimal."""
NAMELESS = "(none)"
WIDE = 130
"""Columns of a terminal on which a mean and its interval stand side by side."""

WITHOUT_TERMINAL = 200
"""Columns of what is read by a program or kept in a file: nobody has to fold it."""


@dataclass(frozen=True, slots=True)
class _Column:
    """How one figure is headed, where it stands, and how it is shown."""

    heading: str
    path: tuple[str, ...]
    form: str


_ESTIMATE_COLUMNS = (
    _Column("expected", ("estimate", "expected"), ",.0f"),
    _Column("bias s", ("estimate", "bias_s"), "+.1f"),
    _Column("RMS error s", ("estimate", "rmse_s"), ".1f"),
    _Column("told", ("estimate", "announced"), ",.0f"),
    _Column("in the band", ("estimate", "share_in_band"), ".1%"),
)


_WORK_COLUMNS = (
    _Column("brought", ("brought",), ",.0f"),
    _Column("done", ("done",), ",.0f"),
    _Column("withdrawn", ("withdrawn",), ",.0f"),
    _Column("declined", ("declined",), ",.0f"),
    _Column("returned", ("returned",), ",.0f"),
    _Column("wait s", ("mean_wait_s",), ",.0f"),
    _Column("work s", ("mean_work_s",), ",.0f"),
)


_CAMPAIGN_COLUMNS = (
    _Column("attempts", ("attempts",), ",.0f"),
    _Column("answered", ("answered",), ",.0f"),
    _Column("of all", ("reached_share",), ".1%"),
    _Column("abandoned", ("abandoned",), ",.0f"),
    _Column("of answered", ("abandoned_share",), ".2%"),
    _Column("machine", ("outcomes", "machine"), ",.0f"),
    _Column("busy", ("outcomes", "busy"), ",.0f"),
    _Column("no answer", ("outcomes", "no_answer"), ",.0f"),
    _Column("failed", ("outcomes", "failed"), ",.0f"),
    _Column("talk s", ("mean_talk_s",), ",.0f"),
    _Column("utilisation", ("utilisation",), ".1%"),
)


def result_tables(result: Mapping[str, Any]) -> tuple[FigureTable, ...]:
    """Return all tables of what `goldline.simulate.simulate` returned; those of nothing are left out."""
    tables = [figure_table(result), estimate_table(result)]
    if result["work"]:
        tables.append(work_table(result))
    if result["campaigns"]:
        tables.append(campaign_table(result))
    return tuple(tables)


def figure_table(result: Mapping[str, Any]) -> FigureTable:
    """Return the table of what `goldline.simulate.simulate` returned."""
    columns = tuple(_columns(result))
    groups = {"by tier": result["tiers"], "by queue": result["queues"], "by team": _teams(result)}
    return FigureTable(
        title=f"{result['scenario']}, {heading(result)}",
        headings=("", *(column.heading for column in columns)),
        sections=_sections(result, columns, groups),
        note=_note(result),
    )


def estimate_table(result: Mapping[str, Any]) -> FigureTable:
    """Return the table of how true the expected waits were; see `figure_table`."""
    return FigureTable(
        title="Waits as they were expected",
        headings=("", *(column.heading for column in _ESTIMATE_COLUMNS)),
        sections=_sections(
            result, _ESTIMATE_COLUMNS, {"by tier": result["tiers"], "by queue": result["queues"]}
        ),
        note="of those who had to wait and were answered; bias: what was expected beyond what was waited; "
        "in the band: announcements that came true",
    )


def campaign_table(result: Mapping[str, Any]) -> FigureTable:
    """Return the table of campaigns; see `figure_table`."""
    rows = tuple(_row(name, row, _CAMPAIGN_COLUMNS) for name, row in result["campaigns"].items())
    return FigureTable(
        title="Campaigns",
        headings=("", *(column.heading for column in _CAMPAIGN_COLUMNS)),
        sections=(Section(title="", rows=rows),),
        note="answered: by a person; abandoned: of these, found no agent in time; utilisation: of all agents",
    )


def work_table(result: Mapping[str, Any]) -> FigureTable:
    """Return the table of work besides calls, by channel; see `figure_table`."""
    rows = tuple(_row(name, row, _WORK_COLUMNS) for name, row in result["work"].items())
    return FigureTable(
        title="Work besides calls",
        headings=("", *(column.heading for column in _WORK_COLUMNS)),
        sections=(Section(title="", rows=rows),),
        note="wait, work: means of what was done; declined: offers turned down or overlooked",
    )


def _sections(
    result: Mapping[str, Any], columns: tuple[_Column, ...], groups: Mapping[str, Mapping[str, Any]]
) -> tuple[Section, ...]:
    """Return the rows of everybody and of each group."""
    by_group = (
        Section(title=title, rows=tuple(_row(name or NAMELESS, row, columns) for name, row in rows.items()))
        for title, rows in groups.items()
        if rows
    )
    return (Section(title="", rows=(_row("all", result, columns),)), *by_group)


def heading(result: Mapping[str, Any]) -> str:
    """Return of which runs the figures are, on one line."""
    runs, seed = result["replications"], result["seed"]
    seeds = f"seed {seed}" if runs == 1 else f"{runs} runs, seeds {seed} to {seed + runs - 1}"
    return f"{seeds}: {shown(result['arrived'], ',.0f')} calls"


def terminal() -> Console:
    """Return where tables are drawn: as wide as the terminal, or wide enough where there is none."""
    console = name_console()
    return console if console.is_terminal else name_console(WITHOUT_TERMINAL)


def drawn(table: FigureTable, width: int = WIDE) -> Table:
    """Return the table for a terminal of so many columns."""
    between = " ± " if width >= WIDE else "\n± "
    rich = Table(
        title=table.title,
        caption=table.note or None,
        box=SIMPLE_HEAD,
        title_style="bold",
        padding=(0, 0),
        min_width=min(len(table.title), width),
    )
    rich.add_column(table.headings[0], no_wrap=True)
    for text in table.headings[1:]:
        rich.add_column(text, justify="right")
    for section in table.sections:
        if section.title:
            rich.add_row(section.title, style="dim")
        for row in section.rows:
            rich.add_row(*(cell.replace(" ± ", between) for cell in row))
    return rich


def shown(figure: Any, form: str) -> str:
    """Return a figure as text: a dash for none, and the interval of the mean of several runs."""
    if not isinstance(figure, dict):
        return "-" if figure is None else format(figure, form)
    if figure["half_width"] is None:
        return shown(figure["mean"], form)
    if figure["mean"] < SMALL:
        form = form.replace(".0f", ".1f")  # a count is whole, but the mean of several is not
    return f"{figure['mean']:{form}} ± {figure['half_width']:{form}}"


def _columns(result: Mapping[str, Any]) -> Iterator[_Column]:
    for key in ("offered", "answered", "abandoned", *SHOWN_IF_ANY):
        if key not in SHOWN_IF_ANY or _mean(result[key]):
            yield _Column(key, (key,), ",.0f")
    yield _Column("wait s", ("mean_wait_s",), ".1f")
    yield _Column("95 % s", ("p95_wait_s",), ".1f")
    yield _Column(f"in {result['threshold_s']:g} s", ("service_level", POLICY.value), ".1%")
    yield _Column("handle s", ("mean_handle_s",), ".0f")
    if _mean(result["resolved"]):
        yield _Column("resolved", ("resolved_share",), ".1%")
        yield _Column("value", ("value_share",), ".1%")
    yield _Column("occupancy", ("occupancy",), ".1%")


def _row(name: str, figures: Mapping[str, Any], columns: tuple[_Column, ...]) -> tuple[str, ...]:
    return (name, *(_cell(figures, column) for column in columns))


def _cell(figures: Mapping[str, Any], column: _Column) -> str:
    """Return the figure as text, nothing where rows of this kind have none."""
    found: Any = figures
    for key in column.path:
        if key not in found:
            return ""
        found = found[key]
    return shown(found, column.form)


def _teams(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the teams, if there are several: a single one is everybody."""
    teams: Mapping[str, Any] = result["teams"]
    return teams if len(teams) > 1 else {}


def _mean(figure: Any) -> float:
    value: float = figure["mean"] if isinstance(figure, dict) else figure
    return value


def _note(result: Mapping[str, Any]) -> str:
    """Return what has to be known to read the table."""
    parts = [
        "wait: mean of the answered, and what 95 % of them did not exceed",
        f"in {result['threshold_s']:g} s: answered within it, of all answered or abandoned",
    ]
    if _mean(result["resolved"]):
        parts.append("resolved: of those finished; value: earned by them, of all that asked for a queue")
    if result["replications"] > 1:
        parts.append(f"±: half of the 95 % interval over {result['replications']} runs")
    if result["warm_up_s"]:
        parts.append(f"who arrived in the first {result['warm_up_s']:g} s is left out")
    if _mean(result["busy"]):
        parts.append(f"{shown(result['busy'], ',.0f')} callers more heard busy")
    if _mean(result["tried"]):
        tried, reached = (shown(result[key], ",.0f") for key in ("tried", "reached"))
        parts.append(f"dialers tried {tried} numbers and reached {reached}")
    if "journal_hash" in result:
        parts.append(f"journal {result['journal_hash'][:16]}")
    return "; ".join(parts)
