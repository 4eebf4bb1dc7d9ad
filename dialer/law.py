"""What the law asks of a dialer, as data: rules of one kind each, collected in packs by jurisdiction.

A campaign is under one or several packs at once (`Law`); where two speak of the same thing the strictest
holds. Every rule names its source and whether somebody has held it against the official text (`checked`):
a pack is a help for the lawyer, never a substitute. `dialer.packs` reads them from TOML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypeVar, Union

from pydantic import ConfigDict, Field

from core.kernel.clock import SECOND_US, microseconds
from core.model.hours import Day, Opening, parse_opening

Share = Annotated[float, Field(gt=0, lt=1)]
SecondsAsked = Annotated[float, Field(ge=0, le=120)]
HOURS_MAX = 24 * 366
"""How far back a rule may look at most."""
Hours = Annotated[float, Field(gt=0, le=HOURS_MAX)]
DAY_US = 24 * 3_600 * SECOND_US
Window = Literal["day", "rolling_24_hours", "rolling_30_days", "calendar_month"]
"""What a share is counted over; days and months are those of the campaign's zone."""
ANYWHERE = "*"
"""The country of a pack that is for every number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `id` is unique within all packs; the audit of a campaign names rules by it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z]{2,9}(-[a-z0-9]+)+$")]
    source: Annotated[str, Field(min_length=3)]
    checked: bool = False
    regions: tuple[str, ...] = ()
    """States or provinces it is for, such as `US-FL`; none for the whole jurisdiction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonmentCap(Rule):
    """At most `share` of the calls answered by a person may find nobody, within each window."""

    kind: Literal["abandonment"] = "abandonment"
    share: Share
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectWithin(Rule):
    """Who answers hears an agent within `limit_s`, from the instant `clock` names, or counts as abandoned."""

    kind: Literal["connect_within"] = "connect_within"
    limit_s: SecondsAsked
    clock: Literal["answer", "greeting_end"] = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAtLeast(Rule):
    """A call that nobody answers rings for `at_least_s` before we give it up."""

    kind: Literal["ring"] = "ring"
    at_least_s: SecondsAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingHours(Rule):
    """Calls ring only within these openings on the clock of the person called; a day left out has none."""

    kind: Literal["hours"] = "hours"
    weekly: Mapping[Day, tuple[str, ...]]
    holidays: Literal["as_any_day", "none"] = "as_any_day"

    def openings(self, day: Day) -> tuple[Opening, ...]:
        """Return the openings of a weekday; the loader has checked how they are written."""
        return tuple(parse_opening(text) for text in self.weekly.get(day, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCap(Rule):
    """At most `attempts` within any `within_h` hours, counted for the number or for the person."""

    kind: Literal["attempts"] = "attempts"
    attempts: Annotated[int, Field(ge=1, le=1_000)]
    within_h: Hours
    counted_for: Literal["number", "person"] = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockout(Rule):
    """After an outcome the person is left alone for `hours`, unless an agent is sure to be there."""

    kind: Literal["lockout"] = "lockout"
    after: Literal["abandoned", "machine", "conversation", "refusal"]
    hours: Hours
    unless_agent_is_sure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeHarbourMessage(Rule):
    """Who finds nobody hears a recording that says these things, and offers nothing where it may not."""

    kind: Literal["message"] = "message"
    says: tuple[Literal["name", "number", "purpose"], ...]
    opt_out_key: bool = False
    no_marketing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Rule):
    """Numbers on this do-not-call register are not dialed; our copy is at most `age_max_days` old."""

    kind: Literal["register"] = "register"
    name: str
    age_max_days: Annotated[int, Field(ge=1, le=366)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRecords(Rule):
    """The record of each attempt is kept for `years`."""

    kind: Literal["records"] = "records"
    years: Annotated[int, Field(ge=1, le=30)]


AnyRule = Annotated[
    Union[  # noqa: UP007 - pydantic wants the union spelt with its discriminator
        AbandonmentCap,
        ConnectWithin,
        RingAtLeast,
        CallingHours,
        AttemptCap,
        Lockout,
        SafeHarbourMessage,
        Register,
        KeepRecords,
    ],
    Field(discriminator="kind"),
]
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The rules of one jurisdiction, for the numbers of its `countries` (ISO 3166, two letters)."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z]{2,9}(-[a-z0-9]+)*$")]
    title: str
    countries: Annotated[tuple[str, ...], Field(min_length=1)]
    rules: Annotated[tuple[AnyRule, ...], Field(min_length=1)]

    def covers(self, country: str) -> bool:
        """Tell whether the pack is for numbers of `country`; one that nobody knows is under every pack."""
        return not country or ANYWHERE in self.countries or country in self.countries

    @property
    def caps(self) -> tuple[AbandonmentCap, ...]:
        """The caps on abandoned calls: each is for the calls that the pack covers, taken together."""
        return tuple(rule for rule in self.rules if isinstance(rule, AbandonmentCap))


@dataclass(frozen=True, slots=True)
class Law:
    """All packs that a campaign is under."""

    packs: tuple[Pack, ...] = field(default=())

    def rules(self, kind: type[R], country: str = "", region: str = "") -> Iterator[R]:
        """Go through the rules of one kind that hold for a number; without a country, through all."""
        for pack in self.packs:
            if not pack.covers(country):
                continue
            for rule in pack.rules:
                if isinstance(rule, kind) and (not rule.regions or not country or region in rule.regions):
                    yield rule

    @property
    def ring_min_us(self) -> int:
        """How long the shyest of the packs lets us ring at least."""
        return max((microseconds(rule.at_least_s) for rule in self.rules(RingAtLeast)), default=0)

    @property
    def connect_within_us(self) -> int | None:
        """The shortest time in which an answered person must hear an agent, None without such a rule."""
        limits = [microseconds(rule.limit_s) for rule in self.rules(ConnectWithin)]
        return min(limits) if limits else None

    @property
    def abandonment(self) -> tuple[AbandonmentCap, ...]:
        """Every cap in force; each window has its own budget."""
        return tuple(self.rules(AbandonmentCap))
