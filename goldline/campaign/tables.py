"""The tables of a campaign's results, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.model.quality import PPM
from goldline.tables import NAMELESS, shown
from simulator.report.blocks import Section, Table

_COLUMNS = (
    ("people", "people", ",.0f"),
    ("attempts", "attempts", ",.0f"),
    ("answered", "answered", ",.0f"),
    ("contacts", "contacts", ",.0f"),
    ("right party", "right_parties", ",.0f"),
    ("sales", "sales", ",.0f"),
    ("of contacts", "conversion", ".1%"),
    ("of people", "sales_per_person", ".1%"),
    ("value", "value", ",.0f"),
    ("abandoned", "abandoned_share", ".2%"),
    ("talk s", "mean_talk_s", ",.0f"),
)
_LIST_COLUMNS = (
    ("leads", "leads", ",.0f"),
    ("tried", "tried", ",.0f"),
    ("done", "done", ",.0f"),
    ("callbacks", "callbacks", ",.0f"),
    ("penetration", "penetration", ".1%"),
    ("saturation", "saturation", ".2f"),
)
SURE = 0.05
"""Below this chance of a mere accident two arms are taken for different."""


def result_tables(told: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return the tables of results, of what attempts came to, and of how far the lists have been worked."""
    by = told["by"].replace("_", " ")
    groups = {NAMELESS if name in ("", "-1") else name: each for name, each in told["groups"].items()}
    found = Table(
        title=f"Campaign {told['campaign']}",
        headings=("", *(heading for heading, _, _ in _COLUMNS)),
        sections=(_section("", {"all": told["all"]}, _COLUMNS), _section(f"by {by}", groups, _COLUMNS)),
        note=_note(told),
    )
    return found, _disposition_table(told["dispositions"]), standings_table(told["lists"])


def rehearsal_table(told: Mapping[str, Any]) -> Table:
    """Return the table of what the attempts of a rehearsed day came to."""
    outcomes = sorted({outcome for counts in told["campaigns"].values() for outcome in counts})
    rows = (
        (name, f"{sum(counts.values()):,}", *(f"{counts.get(outcome, 0):,}" for outcome in outcomes))
        for name, counts in told["campaigns"].items()
    )
    return Table(
        title=f"Rehearsed from {told['starts']} on",
        headings=("", "attempts", *(outcome.replace("_", " ") for outcome in outcomes)),
        sections=(Section(title="", rows=tuple(rows)),),
        note="goldline campaign results NAME tells more; goldline audit judges the files of the day",
    )


def remarks(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one line for each arm beside the first: how they differ, and whether that may be chance."""
    return tuple(_remark(arm, verdict) for arm, verdict in told.get("arms", {}).items())


def _disposition_table(came_to: Mapping[str, Mapping[str, Any]]) -> Table:
    whole = sum(each["attempts"] for each in came_to.values())
    rows = (
        (each["label"] or code, each["group"], f"{each['attempts']:,}", f"{each['attempts'] / whole:.1%}")
        for code, each in came_to.items()
    )
    return Table(
        title="What attempts came to",
        headings=("", "group", "attempts", "share"),
        sections=(Section(title="", rows=tuple(rows)),),
    )


def standing_line(told: Mapping[str, Any]) -> str:
    """Return in one line how a campaign stands, and what keeps it from dialing."""
    if not told["runs"]:
        return f"{told['campaign']}: {told['state']}; no engine runs"
    kept = ", ".join(word.replace("_", " ") for word in told["hindrances"])
    return (
        f"{told['campaign']}: {told['state']}{f' ({kept})' if kept else ''}; "
        f"{told['agents']} agents, {told['idle']} of them idle; "
        f"{told['calls']} calls, {told['ringing']} of them ringing; since the start {told['attempts']} "
        f"attempts, {told['contacts']} contacts, {told['sales']} sales"
    )


def caps_table(caps: Sequence[Mapping[str, Any]]) -> Table:
    """Return the table of how a campaign stands with each cap on abandoned calls."""
    rows = (
        (
            cap["rule"],
            cap["window"].replace("_", " "),
            f"{cap['answered']:,}",
            f"{cap['abandoned']:,}",
            *(f"{cap[key] / PPM:.2%}" for key in ("share_ppm", "upper_ppm", "cap_ppm")),
        )
        for cap in caps
    )
    return Table(
        title="Abandoned calls",
        headings=("", "window", "answered", "abandoned", "share", "below", "cap"),
        sections=(Section(title="", rows=tuple(rows)),),
        note="below: what the share is below in the long run, with 97.5 in 100 certainty",
    )


def standings_table(lists: Mapping[str, Any]) -> Table:
    """Return the table of how far each list has been worked."""
    return Table(
        title="Lists",
        headings=("", *(heading for heading, _, _ in _LIST_COLUMNS)),
        sections=(_section("", lists, _LIST_COLUMNS),),
        note="penetration: leads tried; saturation: attempts for each lead",
    )


def _section(title: str, rows: Mapping[str, Any], columns: tuple[tuple[str, str, str], ...]) -> Section:
    cells = (
        (name, *(shown(figures[key], form) for _, key, form in columns)) for name, figures in rows.items()
    )
    return Section(title=title, rows=tuple(cells))


def _note(told: Mapping[str, Any]) -> str:
    parts = ["abandoned: of those answered by a person", "value: of sales and of what other systems told"]
    whole = told["all"]
    if whole["machines"]:
        parts.append(f"{whole['machines']:,} answering machines")
    if whole["conversions"]:
        parts.append(f"{whole['conversions']:,} conversions told by other systems")
    return "; ".join(parts)


def _remark(arm: str, verdict: Mapping[str, Any]) -> str:
    share = f"{verdict['difference']:+.2%} of people bought ({verdict['low']:+.2%} to {verdict['high']:+.2%})"
    if not verdict["enough"]:
        judged = "too few to tell"
    elif verdict["p_value"] < SURE:
        judged = f"hardly by chance, p = {verdict['p_value']:.3f}"
    else:
        judged = f"that may be chance, p = {verdict['p_value']:.2f}"
    return f"arm {arm} beside {verdict['beside']}: {share}; {judged}"
