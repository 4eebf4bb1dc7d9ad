"""The report of a simulation: which figures become which tiles, plots and tables of its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import time
from itertools import accumulate, pairwise
from math import fsum
from typing import Any

from core.kernel.clock import seconds
from core.model.agent import AgentState
from core.model.ids import AgentId
from goldline.tables import POLICY, campaign_table, estimate_table, figure_table, heading, shown
from metrics.occupancy import Stretch
from simulator.report.blocks import (
    ClassAxis,
    Column,
    Form,
    Page,
    Plot,
    Series,
    Tile,
    TimeAxis,
    TimeLine,
    TimeLines,
)
from simulator.scenario import Scenario

_STATES = {
    AgentState.READY: "ready",
    AgentState.RESERVED: "ringing",
    AgentState.ON_CONTACT: "on contact",
    AgentState.WRAP_UP: "wrap-up",
    AgentState.NOT_READY: "not ready",
}
_LENGTHS: dict[float, str] = {900: "quarter of an hour", 1800: "half hour", 3600: "hour"}
_LEFT_TONE = 7
_NOTES = (
    "A contact belongs to the interval in which it asked for a queue. Waits run from there until an agent "
    "answers, the ringing of the agent's phone included.",
    "Occupancy is the time from reservation to the end of wrap-up, over that time and the time ready; "
    "breaks are not counted.",
)


def simulation_page(
    result: Mapping[str, Any],
    scenario: Scenario,
    stretches: Mapping[AgentId, Sequence[Stretch]],
    reasons: Sequence[str],
) -> Page:
    """Return the page of what `goldline.simulate` found; `stretches` are the time lines of its first run.

    `reasons` are those for which agents may be away by the house's rules; others are not told apart.
    """
    table = replace(figure_table(result), title="Figures")
    return Page(
        kicker="Goldline simulation",
        title=result["scenario"],
        subtitle=heading(result),
        tiles=_tiles(result),
        blocks=(
            *_plots(result),
            *_time_lines(result, scenario, stretches, reasons),
            table,
            estimate_table(result),
            *([campaign_table(result)] if result["campaigns"] else []),
        ),
        notes=_NOTES,
        clock_s=clock_s(scenario.starts_at),
    )


def clock_s(starts_at: time | None) -> float | None:
    """Return the time of day at which a run begins, in seconds since midnight, if it is known."""
    return None if starts_at is None else starts_at.hour * 3600 + starts_at.minute * 60 + starts_at.second


def _tiles(result: Mapping[str, Any]) -> tuple[Tile, ...]:
    within = f"Answered in {result['threshold_s']:g} s"
    return (
        _tile("Calls", result["arrived"], ",.0f"),
        _tile("Answered", result["answered"], ",.0f"),
        _tile("Left while waiting", result["abandoned"], ",.0f"),
        _tile("Mean wait", result["mean_wait_s"], ".1f", " s"),
        _tile(within, result["service_level"][POLICY.value], ".1%"),
        _tile("Occupancy", result["occupancy"], ".1%"),
    )


def _tile(label: str, figure: Any, form: str, unit: str = "") -> Tile:
    value, _, spread = shown(figure, form).partition(" ± ")
    return Tile(label=label, value=value + unit, spread=f"± {spread}" if spread else "")


# --- plots ---------------------------------------------------------------------------------------


def _plots(result: Mapping[str, Any]) -> tuple[Plot, ...]:
    within, by = f"{result['threshold_s']:g} s", result["intervals"]
    draw = _Drawing(result)
    return (
        draw.bars(
            "Contacts that asked for a queue",
            f"Answered, and left while waiting, in each {draw.interval}",
            _outcomes(by["all"]["answered"], by["all"]["abandoned"]),
        ),
        draw.lines(
            f"Answered within {within}",
            f"Share of all answered or abandoned, by tier, in each {draw.interval}",
            "percent",
            _each_and_all(by, "tiers", "service_level"),
        ),
        draw.lines(
            "Waiting",
            f"Mean wait of the answered in seconds, by tier, in each {draw.interval}",
            "seconds",
            _each_and_all(by, "tiers", "mean_wait_s"),
        ),
        draw.lines(
            "Queue length",
            "Contacts waiting: the mean over time, and dashed the most at any time, by queue",
            "decimal",
            (*_each(by["queues"], "length_mean", draw.queue_tone), *_most(by["queues"], draw.queue_tone)),
        ),
        draw.lines(
            "Occupancy",
            "Share of the working time spent on contacts, by team",
            "percent",
            _each_and_all(by, "teams", "occupancy"),
        ),
        draw.lines(
            "Agents at work",
            "Mean number on a contact or ready, by team",
            "decimal",
            _each_and_all(by, "teams", "agents"),
        ),
        *_distribution(result),
    )


class _Drawing:
    """What the plots over the day have in common: their axis, and that queues are coloured after tiers."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.interval = _length(result["interval_s"])
        self.queue_tone = len(result["tiers"])
        self._axis = TimeAxis(starts_s=result["interval_starts_s"], interval_s=result["interval_s"])

    def lines(self, title: str, note: str, form: Form, series: tuple[Series, ...]) -> Plot:
        return Plot(title=title, note=note, kind="lines", axis=self._axis, form=form, series=series)

    def bars(self, title: str, note: str, series: tuple[Series, ...]) -> Plot:
        return Plot(title=title, note=note, kind="bars", axis=self._axis, form="count", series=series)


def _distribution(result: Mapping[str, Any]) -> tuple[Plot, ...]:
    """Return how long the waits were: how many of each length, and how many were answered by then."""
    edges = [f"{edge:g}" for edge in result["waits_up_to_s"]]
    waits = {
        tier: {end: _means(column) for end, column in ends.items()} for tier, ends in result["waits"].items()
    }
    return _lengths_of_waits(edges, waits), _answered_within(edges, waits)


def _lengths_of_waits(edges: Sequence[str], waits: Mapping[str, Any]) -> Plot:
    answered, abandoned = (_sums([ends[end] for ends in waits.values()]) for end in ("answered", "abandoned"))
    return Plot(
        title="How long the waits were",
        note="Contacts by the length of their wait",
        kind="bars",
        axis=ClassAxis(
            labels=[*edges, "more"],
            names=[
                *(f"{low} to {high} s" for low, high in pairwise(["0", *edges])),
                f"more than {edges[-1]} s",
            ],
            title="seconds of waiting, up to",
        ),
        form="count",
        series=_outcomes(answered, abandoned),
    )


def _answered_within(edges: Sequence[str], waits: Mapping[str, Any]) -> Plot:
    return Plot(
        title="Answered by then",
        note="Share of the contacts of a tier that were answered within so many seconds",
        kind="lines",
        axis=ClassAxis(
            labels=edges, names=[f"within {edge} s" for edge in edges], title="seconds of waiting, at most"
        ),
        form="percent",
        series=tuple(
            Series(name=tier, values=_answered_by(ends)[: len(edges)], tone=tone)
            for tone, (tier, ends) in enumerate(waits.items())
        ),
    )


def _outcomes(answered: Any, abandoned: Any) -> tuple[Series, ...]:
    return (
        Series(name="answered", values=_means(answered), tone=0),
        Series(name="left", values=_means(abandoned), tone=_LEFT_TONE),
    )


def _each(columns: Mapping[str, Any], figure: str, first_tone: int = 0) -> tuple[Series, ...]:
    return tuple(
        _series(name, column[figure], tone) for tone, (name, column) in enumerate(columns.items(), first_tone)
    )


def _most(queues: Mapping[str, Any], first_tone: int) -> tuple[Series, ...]:
    return tuple(
        Series(name=f"{name}, most", values=_means(column["length_max"]), tone=tone, dashed=True)
        for tone, (name, column) in enumerate(queues.items(), first_tone)
    )


def _each_and_all(by: Mapping[str, Any], group: str, figure: str) -> tuple[Series, ...]:
    """Return a line for each of the group and one for everybody, without a band, which would hide theirs.

    Where there is but one of the group, it is everybody.
    """
    if len(by[group]) == 1:
        return (_series("all", by["all"][figure], None),)
    everybody = Series(name="all", values=_means(by["all"][figure]), tone=None)
    return (*_each(by[group], figure), everybody)


def _series(name: str, column: Any, tone: int | None) -> Series:
    half_width = column["half_width"] if isinstance(column, dict) else None
    return Series(name=name, values=_means(column), tone=tone, half_width=half_width)


def _means(column: Any) -> Column:
    """Return the values of a column of one run, or the means of one of several."""
    values: Column = column["mean"] if isinstance(column, dict) else column
    return values


def _sums(columns: Sequence[Column]) -> Column:
    return [fsum(value or 0 for value in place) for place in zip(*columns, strict=True)]


def _answered_by(ends: Mapping[str, Column]) -> Column:
    total = fsum(value or 0 for column in ends.values() for value in column)
    return [
        answered / total if total else None
        for answered in accumulate(value or 0 for value in ends["answered"])
    ]


def _length(interval_s: float) -> str:
    """Return the length of an interval in words."""
    minutes, rest = divmod(interval_s, 60)
    return _LENGTHS.get(interval_s) or (f"{interval_s:g} seconds" if rest else f"{minutes:g} minutes")


# --- agents --------------------------------------------------------------------------------------


def _time_lines(
    result: Mapping[str, Any],
    scenario: Scenario,
    stretches: Mapping[AgentId, Sequence[Stretch]],
    reasons: Sequence[str],
) -> Iterator[TimeLines]:
    """Yield the agents' time lines, if anybody worked."""
    plans = [plan for plan in scenario.staff if AgentId(plan.id) in stretches]
    lines = tuple(
        TimeLine(
            name=plan.name or plan.id, team=plan.team, stretches=_told(stretches[AgentId(plan.id)], reasons)
        )
        for plan in plans
    )
    if lines:
        until_s = max(line.stretches[-1][1] for line in lines)
        of_run = "" if result["replications"] == 1 else f" in the run of seed {result['seed']}"
        note = f"What each agent did{of_run}. Drag to look closer, double-click to go back."
        yield TimeLines(title="Agents", note=note, until_s=max(until_s, scenario.duration_s), lines=lines)


def _told(stretches: Sequence[Stretch], reasons: Sequence[str]) -> tuple[tuple[float, float, str], ...]:
    return tuple(
        (seconds(stretch.from_us), seconds(stretch.to_us), _word(stretch, reasons)) for stretch in stretches
    )


def _word(stretch: Stretch, reasons: Sequence[str]) -> str:
    away = stretch.state is AgentState.NOT_READY and stretch.reason in reasons
    return stretch.reason if away else _STATES[stretch.state]
