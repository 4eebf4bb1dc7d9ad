"""The rules of routing in the configuration file: tiers, queues, policies, shares. Sections only.

`goldline.rulebook` makes `routing.rules` of them. A tier under a queue or a policy says only what differs
there (`with_inherited`). What the keys mean together is in docs/rules.md, whose tables are made from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from core.kernel.errors import KeyRefused
from core.kernel.schema import NOTHING
from core.model.hours import Day
from goldline.section import Date, Level, Name, Seconds, Section
from goldline.texts import ConditionText, OpeningText, PhoneNumber, RequirementText, SoundName, ZoneName
from routing.rules import Join, Strategy

STEPS_MAX = 50
"""More steps than anybody can oversee."""

Weight = Annotated[float, Field(ge=0, le=86_400)]
Share = Annotated[float, Field(gt=0, le=1_000_000)]


def _ascending(edges: tuple[int, ...]) -> tuple[int, ...]:
    if any(after <= before for before, after in pairwise(edges)):
        raise ValueError("minutes, each more than the one before")
    return edges


Minutes = Annotated[int, Field(ge=1, le=1_440)]
Edges = Annotated[tuple[Minutes, ...], Field(min_length=1, max_length=20), AfterValidator(_ascending)]


# --- tiers ---------------------------------------------------------------------------------------------


class WeightsSection(Section):
    """What agents are worth to a tier in seconds of waiting, for `choose = "value"`."""

    fit_s: Weight = 0
    """What a certain resolution is worth when a freed agent compares those who wait."""
    delay: Annotated[float, Field(ge=0, le=10)] = 0
    """How much of that an agent who takes the usual time loses again."""
    satisfaction: Annotated[float, Field(ge=0, le=10)] = 0
    """What a certain satisfaction is worth beside a certain resolution, in both comparisons."""
    level_s: Weight = 0
    """What each level of the skill is worth."""
    resolution_s: Weight = 0
    """What a certain resolution is worth when a new contact compares idle agents."""
    price_s: Weight = 0
    """What an agent costs who would be worth most to others."""
    pace_s: Weight = 0
    """What an agent costs who takes the usual time."""


class ReserveSection(Section):
    """The last idle experts, spared for those who outrank this tier."""

    skill: Name
    """The skill that makes an expert."""
    level: Level = 1
    """The level from which on an agent is one."""
    count: Annotated[int, Field(ge=0, le=1_000)] = 1
    """How many idle experts are spared; 0: none."""
    hold_s: Seconds = 60
    """How long in line before a contact of this tier may take one of them after all."""


class TierSection(Section):
    """A value tier: what its contacts are given, in line and in the choice of agents."""

    head_start_s: Seconds = 0
    """Its contacts stand in line as if they had come that much earlier."""
    value: Annotated[float, Field(ge=0, le=1_000_000)] = 1
    """What a resolved contact is worth beside one of value 1; used by reports and by tuning."""
    choose: Strategy = Strategy.LONGEST_IDLE
    """By what a new contact chooses among idle agents; among equals the longest idle."""
    weights: WeightsSection = WeightsSection()
    """What agents are worth, where values decide."""
    prefer_s: Seconds = 0
    """How long a contact waits for its preferred agent alone."""
    preferred_bonus_s: Seconds = 0
    """What the preferred agent counts for afterwards."""
    reserve: ReserveSection | None = None
    """The experts this tier leaves to others."""


class PolicySection(Section):
    """A bundle of rules that a queue can run instead of the standing ones, or in turns with another."""

    tiers: dict[Name, TierSection] = {}
    """The tiers that differ; a key not given is as in `[tiers.NAME]`."""


# --- queues ----------------------------------------------------------------------------------------------


class DestinationSection(Section):
    """A way out of a queue (`full`, `closed`, `empty`, and `to` of a step): exactly one of these keys."""

    queue: Name | None = None
    """Another queue; the contact keeps the time it has waited."""
    number: PhoneNumber | None = None
    """A number outside."""
    flow: Name | None = None
    """A flow of the menus, voicemail for example."""
    callback: bool = False
    """The caller is told that we call back, and hung up."""
    hang_up: bool = False
    """The caller hears the tone for a full line."""

    @model_validator(mode="after")
    def _is_one(self) -> DestinationSection:
        given = [key for key, value in self if value]
        if len(given) != 1:
            found = ", ".join(given) or NOTHING
            raise KeyRefused(
                given[-1] if given else "queue", found, f"one of the keys {', '.join(_WAYS_OUT)}"
            )
        return self


_WAYS_OUT = tuple(DestinationSection.model_fields)
HANG_UP = DestinationSection(hang_up=True)


class StepSection(Section):
    """A change for a contact that still waits: whom it may get, its place, or a way out. Taken once."""

    after_s: Seconds = 0
    """How long in line before the step can be taken."""
    when: ConditionText | None = None
    """What must hold of the call and its queue besides; until it does the step waits."""
    requirements: dict[Name, Level] | None = None
    """The least levels an agent must have from then on, instead of all that the queue asked before."""
    require: RequirementText | None = None
    """The same as an expression; with `requirements`, an agent must meet both."""
    waive_menu: bool = False
    """What the menu asked of an agent is dropped as well."""
    for_s: Seconds = 0
    """After how long what held before holds again; 0: never."""
    boost_s: Seconds = 0
    """The contact stands that much further forward from then on."""
    end_hold: bool = False
    """The experts its tier spares are open to it."""
    end_preferred: bool = False
    """It no longer waits for its preferred agent alone."""
    to: DestinationSection | None = None
    """Where the contact is sent."""


class HoursSection(Section):
    """When a queue takes contacts."""

    zone: ZoneName
    """The time zone of the openings, such as `Europe/Amsterdam`."""
    weekly: dict[Day, tuple[OpeningText, ...]]
    """The openings of each weekday, `mon` to `sun`, such as `["09:00-12:30", "13:30-17:00"]`."""
    holidays: tuple[Date, ...] = ()
    """Days without any opening."""


class CompareSection(Section):
    """Two policies in turns, by blocks of time, to compare what they bring."""

    policies: Annotated[tuple[Name, ...], Field(min_length=2, max_length=2)]
    """The two policies, of `[policies]`."""
    block_s: Annotated[float, Field(ge=60, le=86_400)] = 1_800
    """How long each is in force before the other takes over."""
    warm_up_s: Seconds = 300
    """Who is queued so soon after a change is left out of the comparison; less than `block_s`."""
    seed: Annotated[int, Field(ge=0)] | None = None
    """Which of the two begins each pair of blocks is drawn from it; without it they alternate."""

    @model_validator(mode="after")
    def _leaves_something(self) -> CompareSection:
        if self.warm_up_s >= self.block_s:
            raise KeyRefused("warm_up_s", self.warm_up_s, f"less than block_s, {self.block_s:g}")
        return self


class CallbackSection(Section):
    """How a queue calls customers back who left its line; their place is kept."""

    attempts_max: Annotated[int, Field(ge=1, le=20)] = 3
    """How often a customer is dialed at most."""
    spacing_s: Annotated[float, Field(ge=60, le=86_400)] = 900
    """The least time between two attempts."""
    ring_timeout_s: Annotated[float, Field(ge=5, le=120)] = 30
    """How long the customer's phone rings."""
    keep_s: Annotated[float, Field(ge=60, le=2_592_000)] = 259_200
    """When a customer is given up who was not reached by then; three days outlast a weekend."""
    open_max: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """How many callbacks may wait in the queue."""
    shown_number: PhoneNumber | None = None
    """The number that the customer sees."""
    key: Annotated[str, Field(pattern=r"^[0-9*#]$")] | None = None
    """The key by which who waits books a callback while an announcement plays; without it nobody can."""
    offer: SoundName | None = None
    """The sound that says so."""


class QueueSection(Section):
    """A queue: whom it needs, who may wait in it, and what happens to those who wait."""

    requirements: dict[Name, Level] = {}
    """The least level in each skill that an agent must have."""
    require: RequirementText | None = None
    """What else an agent must meet, as an expression."""
    skill: Name | None = None
    """The skill in which its agents' quality is measured; without it the first of `requirements`."""
    agent: Name | None = None
    """The one agent this queue belongs to; nobody else serves it."""
    weight_s: Seconds = 0
    """All its contacts stand that much further forward than those of other queues."""
    tiers: dict[Name, TierSection] = {}
    """The tiers that differ in this queue; a key not given is as in `[tiers.NAME]`."""
    policy: Name | None = None
    """The policy in force."""
    compare: CompareSection | None = None
    """Two policies in turns."""
    steps: Annotated[tuple[StepSection, ...], Field(max_length=STEPS_MAX)] = ()
    """What changes for those who still wait, in this order."""
    recheck_s: Annotated[float, Field(ge=1, le=600)] = 5
    """How often what steps ask of the queue's state is looked at."""
    promised_wait_s: Annotated[float, Field(gt=0, le=3_600)] = 20
    """The wait that is promised: service levels on boards and in reports are measured against it."""
    promised_share: Annotated[float, Field(gt=0, le=1)] = 0.8
    """For which share of the contacts it is promised."""
    length_max: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """How many may wait, so that a flood of calls does not fill the memory."""
    full: DestinationSection = HANG_UP
    """Where a contact goes that finds the line full."""
    hours: HoursSection | None = None
    """Opening hours; without them it is always open."""
    closed: DestinationSection = HANG_UP
    """Where a contact goes that comes outside the opening hours."""
    join: Join = Join.ALWAYS
    """Who must be there for a contact to join: anybody or nobody, somebody able at work, or idle."""
    leave_empty_s: Seconds | None = None
    """How long nobody able may be at work before those in line are sent away; without it they stay."""
    empty: DestinationSection = HANG_UP
    """Where a contact goes that may not join or stay because nobody is there."""
    resume_within_s: Seconds = 0
    """Who hung up in line and calls again within this time has the old place; 0: nobody."""
    callback: CallbackSection | None = None
    """How customers are called back who asked for it, or were sent that way; without it nobody is."""
    ring_timeout_s: Annotated[float, Field(ge=2, le=120)] = 15
    """How long an agent's phone rings before the contact goes to another."""
    accept_timeout_s: Annotated[float, Field(ge=2, le=3_600)] = 60
    """How long work is offered on an agent's screen before it goes to another."""
    wrap_up_limit_s: Seconds = 60
    """How long an agent may work on after a talk before being ready again."""
    wrap_up_extension_s: Seconds = 0
    """How much longer when the agent asks for more time; 0: no longer."""
    wrap_up_extensions_max: Annotated[int, Field(ge=1, le=10)] = 1
    """How often the agent may ask for it after one talk."""
    disposition_required: bool = False
    """Whether its contacts are finished with a result only; who lets the wrap-up run out leaves `talked`."""
    music: Name = "default"
    """The class of music on hold."""
    announce_first_s: Seconds = 20
    """When a waiting caller is first told how things stand; 0: never."""
    announce_every_s: Seconds = 60
    """How often again; 0: not again."""
    announce_edges_min: Edges = (2, 5, 10, 15, 20, 30)
    """The minutes between the bands in which a wait is told: less than 2, 2 to 5 ... 30 and more."""
    handle_expected_s: Annotated[float, Field(ge=1, le=7_200)] = 240
    """How long a contact is thought to take before any was seen."""


class RatioSection(Section):
    """Queues that are to keep fixed shares of all who wait in them."""

    shares: Annotated[dict[Name, Share], Field(min_length=2)]
    """The share of each queue; only their proportion counts."""
    contact_s: Annotated[float, Field(gt=0, le=86_400)] = 3_600
    """How much further forward each contact beyond its queue's share moves that queue."""


# --- what a narrower section takes over from a wider one ----------------------------------------------------


def with_inherited(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables with each tier of a queue or a policy completed by `[tiers.NAME]`."""
    tiers = _table(tables, "tiers")
    complete = {
        key: {name: _completed(section, tiers) for name, section in _table(tables, key).items()}
        for key in ("queues", "policies")
        if isinstance(tables.get(key), Mapping)
    }
    return {**tables, **complete}


def _completed(section: Any, tiers: Mapping[str, Any]) -> Any:
    if not isinstance(section, Mapping) or not isinstance(section.get("tiers"), Mapping):
        return section
    narrow = {name: _merged(tiers.get(name), tier) for name, tier in section["tiers"].items()}
    return {**section, "tiers": narrow}


def _merged(wide: Any, narrow: Any) -> Any:
    if not isinstance(wide, Mapping) or not isinstance(narrow, Mapping):
        return narrow
    return {**wide, **{key: _merged(wide.get(key), value) for key, value in narrow.items()}}


def _table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tables.get(key)
    return found if isinstance(found, Mapping) else {}
