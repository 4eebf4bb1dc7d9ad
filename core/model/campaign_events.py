"""Facts of a campaign as a whole: its state and rules, how it stands with the law, what it has learned."""

from __future__ import annotations

from core.kernel.record import Record
from core.model.at_work import AtWork
from core.model.message import DomainEvent, Event


class CampaignEvent(DomainEvent, frozen=True, kw_only=True):
    """Something happened to a campaign as a whole."""

    campaign: str


class CampaignChanged(CampaignEvent, frozen=True, kw_only=True):
    """A campaign dials, pauses or has ended; `reason` says why where nobody asked for it."""

    state: str
    reason: str = ""


class CampaignHindered(DomainEvent, frozen=True, kw_only=True):
    """A campaign dials nobody, `by` these hindrances; or goes on, where there are none any more.

    `rules` are those of the law by which leads were turned away (`core.model.hindrance`).
    """

    campaign: str
    by: tuple[str, ...]
    rules: tuple[str, ...] = ()


class CampaignDayEnded(DomainEvent, frozen=True, kw_only=True):
    """It is midnight on the campaign's clock; `day` is the one that ended, such as 2026-11-20."""

    campaign: str
    day: str


class PaceAsked(Event, frozen=True, kw_only=True):
    """More may be dialed perhaps: an agent is free, leads have come. Decided when all have heard of it."""

    campaign: str


class PacingSet(DomainEvent, frozen=True, kw_only=True):
    """How a campaign paces from now on, at the wish of a campaign manager."""

    campaign: str
    mode: str
    lines_max: int
    lines_per_agent_ppm: int
    share_max_ppm: int


class RulesSet(CampaignEvent, frozen=True, kw_only=True):
    """All that is set at work for a campaign from now on, and goes by the configuration file no more."""

    at_work: AtWork


class CapStanding(Record, frozen=True, kw_only=True):
    """How a campaign, or its drop group, stands with one cap on abandoned calls, in the window up to now.

    Of those judged to be machines, `misjudged` are thought to have been people: they count as abandoned.
    With 97.5 in 100 certainty the share that this dialing leads to in the long run is below `upper_ppm`.
    """

    rule: str
    window: str
    drop_group: str = ""
    answered: int
    abandoned: int
    misjudged: int
    share_ppm: int
    upper_ppm: int
    cap_ppm: int


class CapsStood(DomainEvent, frozen=True, kw_only=True):
    """How a campaign stands with its caps on abandoned calls: told while it dials, when that changes."""

    campaign: str
    caps: tuple[CapStanding, ...]


class LearnedRate(Record, frozen=True, kw_only=True):
    """How many calls of a segment were answered and not, in thousandths; the older ones weigh less."""

    segment: tuple[str, ...]
    answered: int
    unanswered: int


class Experience(Record, frozen=True, kw_only=True):
    """What a campaign has learned of its calls, in thousandths, by bins of `dialer.lifetimes` and by seconds.

    Of talks and wrap-ups: how many ended in each bin, and how many seconds were lived there. Of ringing: how
    many answers and failures came in each second.
    """

    talk_ends: tuple[int, ...]
    talk_seconds: tuple[int, ...]
    wrap_up_ends: tuple[int, ...]
    wrap_up_seconds: tuple[int, ...]
    answers: tuple[int, ...]
    failures: tuple[int, ...]
    rates: tuple[LearnedRate, ...]


class CampaignLearned(CampaignEvent, frozen=True, kw_only=True):
    """What the campaign knows by now, so that the next run starts warm."""

    experience: Experience


class NumberForbidden(DomainEvent, frozen=True, kw_only=True):
    """A number may not be called any more, at once; by this campaign only if not `everywhere`."""

    campaign: str
    number: str
    reason: str
    everywhere: bool = True


class RegistersSeen(DomainEvent, frozen=True, kw_only=True):
    """Of when our copies of the do-not-call registers are, told when they are others than before."""

    registers_from_us: tuple[tuple[str, int], ...]


class TrunkDisbelieved(DomainEvent, frozen=True, kw_only=True):
    """A trunk said of number after number that it does not exist, and is not taken at its word.

    So many `attempts` of the campaign count as not carried instead; their leads come up again.
    """

    campaign: str
    trunk: str
    attempts: int
