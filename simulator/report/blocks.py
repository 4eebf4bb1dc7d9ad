"""What may stand on a report's page: figures to read at a glance, plots, time lines, tables. Data only.

A page has one clock: instants are seconds from the start of the run, shown as the time of day where the
run knows when its day begins, else as hours and minutes since the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Column = Sequence[float | None]
"""One value for each place of an axis; None leaves a gap."""
Form = Literal["count", "decimal", "seconds", "percent"]
"""How values are shown; a percent is given as a share from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure in large type. `spread` is what may stand small beside it."""

    label: str
    value: str
    spread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """Intervals of the day, each of the same length, by their starts."""

    starts_s: Sequence[float]
    interval_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAxis:
    """Classes in their order, such as waits up to so many seconds; `names` call each by its full name."""

    labels: Sequence[str]
    names: Sequence[str]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, or one part of each bar. `half_width` draws a band around a line.

    `tone` chooses the colour: the same thing has the same tone in all plots; None is the ink of the text.
    """

    name: str
    values: Column
    tone: int | None
    half_width: Column | None = None
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Lines over an axis, or bars whose series are stacked. `note` says what is drawn, in words."""

    title: str
    note: str
    kind: Literal["lines", "bars"]
    axis: TimeAxis | ClassAxis
    form: Form
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """What one agent did: stretches as (from second, to second, state), ascending."""

    name: str
    team: str
    stretches: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLines:
    """The time lines of several agents, one below the other."""

    title: str
    note: str
    until_s: float
    lines: tuple[TimeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows of a table that belong together; the first cell of a row is its name."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under headings, in sections.

    On a page the first section of `figures` is what the others add up to and stands out, `rows` are all
    alike, and `words` are read as sentences.
    """

    title: str
    headings: tuple[str, ...]
    sections: tuple[Section, ...]
    note: str = ""
    look: Literal["figures", "rows", "words"] = "figures"


Block = Plot | TimeLines | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole report. `clock_s` is the time of day at the run's start, in seconds; None where unknown.

    `kicker` stands above the title and says what sort of report it is.
    """

    kicker: str
    title: str
    subtitle: str
    tiles: tuple[Tile, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()
    clock_s: float | None = None
