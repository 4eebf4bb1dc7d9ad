"""The table of a simulation's figures: the same rows for the terminal and for the report's page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from metrics.service_level import ServiceLevelPolicy
from simulator.report.blocks import Table as FigureTable

POLICY = ServiceLevelPolicy.ALL_COUNT
"""The service level that is shown; all three are in the JSON."""
SHOWN_IF_ANY = ("blocked", "elsewhere")
"""Columns that most days have no use for."""


@dataclass(frozen=True, slots=True)
class _Column:
    """How one figure is headed, where it stands, and how it is shown."""

    heading: str
    path: tuple[str, ...]
    form: str


def figure_table(result: Mapping[str, Any]) -> FigureTable:
    """Return the table of what `goldline.simulate.simulate` returned."""
    columns = list(_columns(result))
    sections = (
        (_row("all", result, columns),),
        *(
            tuple(_row(f"{kind} {name}".strip(), row, columns) for name, row in result[f"{kind}s"].items())
            for kind in ("tier", "queue", "team")
        ),
    )
    return FigureTable(
        title=heading(result),
        headings=("", *(column.heading for column in columns)),
        sections=tuple(section for section in sections if section),
        note=_note(result),
    )


def heading(result: Mapping[str, Any]) -> str:
    """Return what the figures are figures of, on one line."""
    runs, seed = result["replications"], result["seed"]
    seeds = f"seed {seed}" if runs == 1 else f"seeds {seed} to {seed + runs - 1}"
    return f"{result['scenario']}, {seeds}: {shown(result['arrived'], ',.0f')} calls"


def drawn(table: FigureTable) -> Table:
    """Return the table for a terminal."""
    rich = Table(title=table.title, caption=table.note, box=SIMPLE_HEAD, title_style="bold")
    rich.add_column(table.headings[0])
    for text in table.headings[1:]:
        rich.add_column(text, justify="right")
    for section in table.sections:
        for row in section:
            rich.add_row(*row)
        rich.add_section()
    return rich


def shown(figure: Any, form: str) -> str:
    """Return a figure as text: a dash for none, its interval beside the mean of several runs."""
    if not isinstance(figure, dict):
        return "-" if figure is None else format(figure, form)
    if figure["half_width"] is None:
        return shown(figure["mean"], form)
    # Counts are whole, but means of them are not.
    form = form.replace(".0f", ".1f")
    return f"{figure['mean']:{form}} ± {figure['half_width']:{form}}"


def _columns(result: Mapping[str, Any]) -> Iterator[_Column]:
    for key in ("offered", "answered", "abandoned", *SHOWN_IF_ANY):
        if key not in SHOWN_IF_ANY or _mean(result[key]):
            yield _Column(key, (key,), ",.0f")
    yield _Column("mean wait s", ("mean_wait_s",), ".1f")
    yield _Column("95 % in s", ("p95_wait_s",), ".1f")
    yield _Column(f"in {result['threshold_s']:g} s", ("service_level", POLICY.value), ".1%")
    yield _Column("handling s", ("mean_handle_s",), ".0f")
    yield _Column("occupancy", ("occupancy",), ".1%")


def _row(name: str, figures: Mapping[str, Any], columns: list[_Column]) -> tuple[str, ...]:
    return (name, *(shown(_at(figures, column.path), column.form) for column in columns))


def _at(figures: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """Return what stands at the end of `path`, None where the row has no such figure."""
    found: Any = figures
    for key in path:
        found = found.get(key, {})
    return None if found == {} else found


def _mean(figure: Any) -> float:
    value: float = figure["mean"] if isinstance(figure, dict) else figure
    return value


def _note(result: Mapping[str, Any]) -> str:
    parts = [f"in {result['threshold_s']:g} s: answered within it, of all answered or abandoned"]
    if result["replications"] > 1:
        parts.append(f"± half of the 95 % interval over {result['replications']} runs")
    if result["warm_up_s"]:
        parts.append(f"the first {result['warm_up_s']:g} s left out")
    if "journal_hash" in result:
        parts.append(f"journal {result['journal_hash'][:16]}")
    return "; ".join(parts)
