"""What the law leaves a campaign: how it stands with every cap on abandoned calls, and what it may dial.

    steered      within the budget: as bold as the tightest window lets it be (`dialer.budget`)
    one to one   one more abandoned call would pass a cap, or in predictive mode, which has a guard of its own
                 before it, a cap is passed: one call for each idle agent, so that nobody is abandoned unless
                 an agent leaves
    resting      even so people were abandoned: something is broken, and dialing rests for a while
    unknown      what was dialed before this run has not been counted yet: nobody is dialed

A cap that is close does not end the dialing: the share of a window falls only by people who are answered, so
one to one is the way back. Counts hold for the campaign alone and for its drop group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from core.kernel.clock import SECOND_US
from core.model.campaign_events import CapStanding
from core.model.lead_orders import AttemptsCounted, CountedMinute
from core.model.quality import PPM
from dialer.budget import Budget, rules_under
from dialer.campaign import CampaignRules, Mode
from dialer.law import AbandonmentCap, Pack
from dialer.shares import upper_bound
from dialer.windows import MINUTE_US, NO_CALLS, Calls, Timeline

UNTIL_ONE_TO_ONE = {Mode.PREDICTIVE: 0}
"""How many more abandoned calls pass the cap where it is dialed one to one. Predictive mode is almost there
before that (the guard of `dialer.budget`), and one to one costs a team of twenty a tenth of its time."""
STRIKES_MAX = 2
"""So many may be abandoned one to one: an agent's telephone fails now and then."""
REST_US = 600 * SECOND_US
"""How long dialing rests after more than that."""


class Stance(StrEnum):
    """What the caps let a campaign do."""

    STEERED = "steered"
    ONE_TO_ONE = "one_to_one"
    RESTING = "resting"
    UNKNOWN = "unknown"


class Held(NamedTuple):
    """How a cap is held: the calls of its window, and how many of the machines among them were people."""

    cap: AbandonmentCap
    drop_group: str
    calls: Calls
    misjudged: float

    @property
    def answered(self) -> float:
        """How many a person answered."""
        return self.calls.answered + self.misjudged

    @property
    def abandoned(self) -> float:
        """How many of these found nobody: they were hung up on as machines, or no agent was there."""
        return self.calls.abandoned + self.misjudged


class Allowance:
    """How one campaign stands with its caps. The `group` are all whose abandoned calls count together."""

    def __init__(self, rules: CampaignRules) -> None:
        self.rules = rules
        # The law is not among what may be set at work.
        self._caps = [(pack, cap) for pack in rules.law.packs for cap in pack.caps]
        self.group: Sequence[Allowance] = (self,)
        self.misjudged_ppm = 0
        """Of a million judged to be machines so many are people, as an audited sample has it."""
        self.is_known = False
        """What was dialed before this run has been counted."""
        self._timelines: dict[str, Timeline] = {}
        self._one_to_one_since_us: int | None = None
        self._strikes = 0
        self._rests_until_us = 0

    # --- what the dialer tells ----------------------------------------------------------------------

    def answered(self, country: str, dialed_us: int, now_us: int) -> None:
        """Count that a person answered."""
        self._timeline(country, now_us).count(dialed_us, Calls(answered=1))

    def abandoned(self, country: str, dialed_us: int, now_us: int) -> None:
        """Count that a person who had answered found nobody."""
        self._timeline(country, now_us).count(dialed_us, Calls(abandoned=1))
        if self._one_to_one_since_us is not None and dialed_us >= self._one_to_one_since_us:
            self._strikes += 1
        if self._strikes > STRIKES_MAX:
            self._strikes = 0
            self._rests_until_us = now_us + REST_US

    def machine(self, country: str, dialed_us: int, now_us: int) -> None:
        """Count that what answered was judged to be a machine, and let go of."""
        self._timeline(country, now_us).count(dialed_us, Calls(machines=1))

    def others_counted(self, event: AttemptsCounted) -> None:
        """Take over what other engines and earlier runs counted."""
        minutes = range(event.from_us // MINUTE_US, event.until_us // MINUTE_US)
        told = _by_country(event.minutes)
        for country in dict.fromkeys([*self._timelines, *told]):
            self._timeline(country, event.at_us).replace_others(minutes, told.get(country, {}))

    # --- what the dialer asks --------------------------------------------------------------------------

    def stance(self, now_us: int) -> Stance:
        """Return what the caps let the campaign do now."""
        if not all(member.is_known for member in self.group):
            return Stance.UNKNOWN
        if now_us < self._rests_until_us:
            return Stance.RESTING
        more = UNTIL_ONE_TO_ONE.get(self.rules.mode, 1)
        if not any(budget.passes_with(more) for budget in self._budgets(now_us, share_max=1.0)):
            self._one_to_one_since_us, self._strikes = None, 0
            return Stance.STEERED
        if self._one_to_one_since_us is None:
            self._one_to_one_since_us = now_us
        return Stance.ONE_TO_ONE

    def boldness(self, now_us: int) -> float:
        """Return the risk that the next call may carry: that of the tightest window.

        The house's own `share_max` is steered for and no more; one to one is for what the law forbids.
        """
        budgets = self._budgets(now_us, self.rules.share_max)
        return min((budget.boldness() for budget in budgets), default=Budget().boldness())

    def may_misjudge(self, now_us: int) -> bool:
        """Tell whether machines may be told from persons now.

        Persons taken for machines count as abandoned: where none are left to abandon, an agent hears all.
        """
        return all(budget.balance >= 0 for budget in self._budgets(now_us, self.rules.share_max))

    def standings(self, now_us: int) -> tuple[CapStanding, ...]:
        """Return how the campaign, and its drop group if it is not alone in it, stands with each cap."""
        return tuple(map(_standing, self._held(now_us)))

    def room(self, limit: int, spare: int, now_us: int) -> int:
        """Return how many of `limit` may be dialed for `spare` agents who are idle with no call of theirs."""
        match self.stance(now_us):
            case Stance.STEERED:
                return limit
            case Stance.ONE_TO_ONE:
                return max(0, min(limit, spare))
            case Stance.RESTING | Stance.UNKNOWN:
                return 0

    # --- sums ----------------------------------------------------------------------------------------------

    def _timeline(self, country: str, now_us: int) -> Timeline:
        if country not in self._timelines:
            self._timelines[country] = Timeline(self.rules.zone, now_us)
        return self._timelines[country]

    def _budgets(self, now_us: int, share_max: float) -> Iterator[Budget]:
        """Go through the budgets of all windows, none of which allows more than `share_max`."""
        for held in self._held(now_us):
            share = min(held.cap.share, share_max)
            yield Budget(rules=rules_under(share), answered=held.answered, abandoned=held.abandoned)

    def _held(self, now_us: int) -> Iterator[Held]:
        """Go through the caps, each for the campaign and, if it is not alone, for its drop group."""
        for pack, cap in self._caps:
            yield _together([self], "", pack, cap, now_us)
            if len(self.group) > 1:
                yield _together(self.group, self.rules.group, pack, cap, now_us)

    def calls_of(self, pack: Pack, cap: AbandonmentCap, now_us: int) -> Calls:
        """Return the campaign's calls in the window of a cap that its pack covers."""
        whole = NO_CALLS
        for country, timeline in self._timelines.items():
            if pack.covers(country):
                whole = whole.plus(timeline.sum(cap.window, now_us))
        return whole


def _together(
    members: Sequence[Allowance], drop_group: str, pack: Pack, cap: AbandonmentCap, now_us: int
) -> Held:
    calls, misjudged = NO_CALLS, 0.0
    for member in members:
        theirs = member.calls_of(pack, cap, now_us)
        calls = calls.plus(theirs)
        misjudged += theirs.machines * member.misjudged_ppm / PPM
    return Held(cap, drop_group, calls, misjudged)


def _standing(held: Held) -> CapStanding:
    return CapStanding(
        rule=held.cap.id,
        window=held.cap.window,
        drop_group=held.drop_group,
        answered=held.calls.answered,
        abandoned=held.calls.abandoned,
        misjudged=round(held.misjudged),
        share_ppm=round(PPM * held.abandoned / held.answered) if held.answered else 0,
        upper_ppm=round(PPM * upper_bound(held.abandoned, held.answered)),
        cap_ppm=round(PPM * held.cap.share),
    )


def _by_country(minutes: tuple[CountedMinute, ...]) -> dict[str, dict[int, Calls]]:
    told: dict[str, dict[int, Calls]] = {}
    for each in minutes:
        calls = Calls(answered=each.answered, abandoned=each.abandoned, machines=each.machines)
        told.setdefault(each.country, {})[each.minute] = calls
    return told
