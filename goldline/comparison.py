"""What `goldline replay -c` shows: a recorded day beside itself under other rules, for terminal and page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group
from rich.text import Text

from goldline.tables import drawn, shown
from metrics.summary import Tree
from simulator.report.blocks import Page, Section, Table, Tile

_HEADINGS = ("", "recorded", "its rules again", "other rules", "difference")

ASSUMED = (
    "Both runs meet the same calls at their queues at the same instants, and the same agents with the same "
    "breaks; menus and talks take what they took. Who was served would have waited longer than they did: how "
    "long is drawn from those who left, and what work those would have been from the served of their queue, "
    "anew for each completion. ± is half of the 95 % interval over the completions: it holds what the "
    "recording leaves open, not how much one day differs from the next. 'Its rules again' should be near "
    "'recorded'."
)


def drawn_comparison(result: Tree) -> Group:
    """Return the picture of what `goldline.counterfactual.compare` returned."""
    preface = Text("\n".join(_preface(result)) + "\n")  # no markup: it holds words of the configuration
    return Group(preface, *(drawn(table) for table in tables(result)), ASSUMED)


def tables(result: Tree) -> Iterator[Table]:
    """Yield one table for each figure: everybody, by tier and by queue."""
    measures = (
        ("mean_wait_s", "Mean wait of the answered, in seconds", ".1f"),
        ("service_level", f"Answered in {result['threshold_s']:g} s, of all answered or abandoned", ".1%"),
        ("abandoned", "Abandoned, of all who asked for a queue", ".1%"),
    )
    groups = {"": {"all": result["total"]}, "by tier": result["tiers"], "by queue": result["queues"]}
    for measure, heading, form in measures:
        yield Table(
            title=heading,
            headings=_HEADINGS,
            sections=tuple(
                Section(title=title, rows=tuple(_row(name, row[measure], form) for name, row in rows.items()))
                for title, rows in groups.items()
                if rows
            ),
        )


def comparison_page(result: Tree) -> Page:
    """Return the page of what `goldline.counterfactual.compare` returned."""
    return Page(
        kicker="Goldline replay",
        title=f"{result['journal']} under other rules",
        subtitle=_subtitle(result),
        tiles=tuple(_tile(tier, figures["mean_wait_s"]) for tier, figures in result["tiers"].items()),
        blocks=tuple(tables(result)),
        notes=(*_changes(result), ASSUMED),
    )


def _tile(tier: str, wait: Tree) -> Tile:
    return Tile(label=f"{tier}: change of the mean wait, s", value=signed(wait["difference"], ".1f"))


def _preface(result: Tree) -> Iterator[str]:
    yield f"{result['journal']}: {_subtitle(result)}"
    yield from _changes(result)


def _subtitle(result: Tree) -> str:
    calls, left, agents = (f"{result[key]:,}" for key in ("calls", "left", "agents"))
    return (
        f"{calls} calls for a queue, {left} of them left; {agents} agents; "
        f"{result['replications']} completions"
    )


def _changes(result: Tree) -> Iterator[str]:
    for change in result["rules_changed"]:
        yield f"{change['key']}: {_told(change['recorded'])} -> {_told(change['now'])}"
    first = result["first_difference"]
    yield f"first decided otherwise: input {first}" if first else "no decision would have been another one"


def _told(value: Any) -> str:
    return "not there" if value is None else str(value)


def _row(name: str, figure: Tree, form: str) -> tuple[str, ...]:
    ways = (shown(figure[way], form) for way in ("recorded", "same_rules", "other_rules"))
    return (name, *ways, signed(figure["difference"], form))


def signed(difference: Tree | None, form: str) -> str:
    """Return a difference with its sign and its interval, a dash for none."""
    if difference is None:
        return "-"
    text = f"{difference['mean']:+{form}}"
    half_width = difference["half_width"]
    return text if half_width is None else f"{text} ± {half_width:{form}}"
