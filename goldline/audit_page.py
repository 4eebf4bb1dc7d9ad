"""An audit as a page to hand over: the verdict, the shares of every day and window, the law, the files."""

from __future__ import annotations

from typing import Any

from goldline.audit_report import audit_table, remarks, window_table
from simulator.report.blocks import ClassAxis, Page, Plot, Section, Series, Table, Tile

VIOLATIONS_MAX = 2_000
"""Violations that a page lists; all of them are in the JSON."""


def audit_page(found: dict[str, Any]) -> Page:
    """Return the page of what `goldline.audit_report.audited` found."""
    campaigns = sorted({day["campaign"] for day in found["days"]})
    days = sorted({day["day"] for day in found["days"]})
    span = f"{days[0]} to {days[-1]}" if days else "no day that can be read"
    return Page(
        kicker="Goldline audit",
        title=", ".join(campaigns) or "No campaign",
        subtitle=f"What was dialed, judged by the audit files alone; {span}",
        tiles=_tiles(found),
        blocks=(
            *_plots(found),
            window_table(found),
            audit_table(found),
            _each_window(found),
            _law_table(found),
            _violation_table(found),
            _file_table(found),
        ),
        notes=(*list(remarks(found))[-1:], *_NOTES),
        clock_s=0.0,
    )


_NOTES = (
    "A call belongs to the day it was dialed on, by the clock of the campaign. Abandoned is who answered and "
    "heard no agent within the time that the law gives; of calls that detection took for machines, as many "
    "count as a sample heard by agents says were people.",
    "Windows end with a day. One of thirty days is whole only where the files of all of them were given.",
    "The rules are those the files say the days were dialed under. Where nobody held a rule against the "
    "official text, it says so.",
)


def _tiles(found: dict[str, Any]) -> tuple[Tile, ...]:
    attempts, answered, abandoned = (
        sum(day[name] for day in found["days"]) for name in ("attempts", "answered_by_person", "abandoned")
    )
    share = f"{abandoned / answered:.2%} of the answered" if answered else ""
    return (
        Tile(label="Violations", value=f"{len(found['violations']):,}"),
        Tile(label="Attempts", value=f"{attempts:,}"),
        Tile(label="Answered by a person", value=f"{answered:,}"),
        Tile(label="Abandoned", value=f"{abandoned:,}", spread=share),
    )


def _plots(found: dict[str, Any]) -> tuple[Plot, ...]:
    """Return a plot for each campaign of several days: the share in each window, beside the caps."""
    campaigns = dict.fromkeys(window["campaign"] for window in found["windows"])
    return tuple(plot for campaign in campaigns if (plot := _plot(found, campaign)) is not None)


def _plot(found: dict[str, Any], campaign: str) -> Plot | None:
    windows = [each for each in found["windows"] if each["campaign"] == campaign and not each["drop_group"]]
    days = sorted({each["day"] for each in windows})
    if len(days) < 2:
        return None
    rules = {each["rule"]: each["share_max"] * 100 for each in windows}
    shares = {(each["rule"], each["day"]): each["share"] * 100 for each in windows}
    levels = sorted(set(rules.values()))
    return Plot(
        title=f"Abandoned: {campaign}",
        note="Of a hundred answered by a person, in the window of each rule that ends with the day; "
        "dashed, what is allowed",
        kind="lines",
        axis=ClassAxis(labels=[day[5:] for day in days], names=days, title="last day of the window"),
        form="decimal",
        series=(
            *(
                Series(name=rule, values=[shares.get((rule, day)) for day in days], tone=tone)
                for tone, rule in enumerate(rules)
            ),
            *(
                Series(name=f"at most {level:g}", values=[level] * len(days), tone=None, dashed=True)
                for level in levels
            ),
        ),
    )


def _violation_table(found: dict[str, Any]) -> Table:
    shown = found["violations"][:VIOLATIONS_MAX]
    more = len(found["violations"]) - len(shown)
    return Table(
        title="Violations",
        look="words",
        headings=("rule", "campaign", "day", "attempt", "what was found"),
        sections=(
            Section(
                title="" if shown else "none",
                rows=tuple(
                    (each["rule"], each["campaign"], each["day"], each["attempt"], each["said"])
                    for each in shown
                ),
            ),
        ),
        note=f"{more:,} more are in the JSON" if more else "",
    )


def _each_window(found: dict[str, Any]) -> Table:
    return Table(
        title="Every window",
        look="rows",
        headings=("ends", "campaign", "rule", "answered", "abandoned", "share", "at most"),
        sections=(
            Section(
                title="",
                rows=tuple(
                    (
                        each["day"],
                        f"{each['campaign']} with {each['drop_group']}"
                        if each["drop_group"]
                        else each["campaign"],
                        each["rule"],
                        f"{each['answered_by_person'] + each['machines_counted']:,}",
                        f"{each['abandoned'] + each['machines_counted']:,}",
                        f"{each['share']:.2%}",
                        f"{each['share_max'] * 100:g}%",
                    )
                    for each in found["windows"]
                ),
            ),
        ),
    )


def _law_table(found: dict[str, Any]) -> Table:
    return Table(
        title="The law it was judged by",
        look="words",
        headings=("rule", "what it asks", "source", "held against the text", "campaigns"),
        sections=(
            Section(
                title="",
                rows=tuple(
                    (
                        each["rule"],
                        f"{', '.join(each['regions'])}: {each['asks']}" if each["regions"] else each["asks"],
                        each["source"],
                        "yes" if each["checked"] else "no",
                        ", ".join(each["campaigns"]),
                    )
                    for each in found["rules"]
                ),
            ),
        ),
    )


def _file_table(found: dict[str, Any]) -> Table:
    return Table(
        title="The files",
        look="words",
        headings=("file", "SHA-256"),
        sections=(Section(title="", rows=tuple(found["digests"].items())),),
        note="whoever has these files comes to this report by goldline audit",
    )
