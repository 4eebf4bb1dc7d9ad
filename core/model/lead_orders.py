"""What the dialer orders of the lead store, and what the store answers."""

from __future__ import annotations

from core.kernel.record import Record
from core.model.attempt import AttemptRecord
from core.model.lead import Lead, PastAttempt
from core.model.message import Command, Event


class LeadCommand(Command, frozen=True, kw_only=True):
    """An order to the store of leads, about one campaign."""

    campaign: str


class LeaseLeads(LeadCommand, frozen=True, kw_only=True):
    """Lease up to `count` leads that may come up by now, in the campaign's order, until `until_us`.

    Answered by `LeadsLeased`, or by `LeadsUnavailable` where the store is away. A lease that runs out goes
    back by itself, so a killed engine keeps no lead for ever. `lease_id` is unique among all engines, and
    whoever lets go of a lead names it: a lead that went back meanwhile may be another's. Callbacks that an
    agent promised come only where that agent is `present`.
    """

    lease_id: str
    count: int
    until_us: int
    present: tuple[str, ...] = ()


class SettleLead(LeadCommand, frozen=True, kw_only=True):
    """Write down what an attempt at a lead came to; it comes up again at `again_us`, or never where None.

    Where a `callback` was promised for that time it comes before all others, to its `owner` alone unless
    that is empty: for ever, or until `alone_until_us` where that is not 0. An attempt that was written down
    before is not counted twice. Where no more calls are wanted the number goes on the list of the house with
    it, so that whoever has the number next is told; `forbidden` is why.
    """

    lead_id: str
    lease_id: str
    record: AttemptRecord
    again_us: int | None
    callback: bool = False
    owner: str = ""
    alone_until_us: int = 0
    forbidden: str = ""


class KeepLeads(LeadCommand, frozen=True, kw_only=True):
    """Keep leads in their lease until `until_us`: their calls take longer than leads are leased for."""

    lead_ids: tuple[str, ...]
    lease_id: str
    until_us: int


class ReturnLeads(LeadCommand, frozen=True, kw_only=True):
    """Give leased leads back that were not dialed; they may come up at once, or at `again_us`."""

    lead_ids: tuple[str, ...]
    lease_id: str
    again_us: int | None = None


class CheckNumbers(LeadCommand, frozen=True, kw_only=True):
    """Tell what speaks against dialing each of `numbers` at this moment: it is done when the answer comes.

    `person_ids` say whose they are, `attempt_ids` by which attempts they are to be dialed: persons and
    telephones are engaged by these until `until_us`, and no engine's other attempt may be made at them.
    Answered by `NumbersChecked`, or by `NumbersUnchecked` where the store is away: then nobody is dialed.
    """

    check_id: str
    numbers: tuple[str, ...]
    person_ids: tuple[str, ...]
    attempt_ids: tuple[str, ...]
    until_us: int


class KeepEngaged(LeadCommand, frozen=True, kw_only=True):
    """Keep a person and a telephone engaged by the attempt until `until_us`, if it has them still."""

    attempt_id: str
    person_id: str
    number: str
    until_us: int


class Disengage(LeadCommand, frozen=True, kw_only=True):
    """Let a person and a telephone go that were engaged by an attempt, and not dialed."""

    attempt_id: str
    person_id: str
    number: str


class LookUpNumber(LeadCommand, frozen=True, kw_only=True):
    """Tell what is known of a number as an agent typed it; in `region` where it has no country code.

    Answered by `NumberLookedUp`, or by `NumbersUnchecked` where the store is away. Nothing is leased by this.
    """

    check_id: str
    number: str
    region: str


class ListNumber(LeadCommand, frozen=True, kw_only=True):
    """Put a number on the do-not-call list of the house, at once; of this campaign only if not `everywhere`.

    Answered by `ListingWritten` as soon as the store has it, however late. A number that ends in `*` stands
    for all that begin so: an area.
    """

    number: str
    reason: str
    everywhere: bool = True


class CountAttempts(LeadCommand, frozen=True, kw_only=True):
    """Ask how attempts of a campaign came out, dialed from `from_us` until `until_us`, whole minutes.

    Answered by `AttemptsCounted`. Those whose identities begin with `apart_from` are left out: the asker
    counts them itself.
    """

    from_us: int
    until_us: int
    apart_from: str


class CountResults(LeadCommand, frozen=True, kw_only=True):
    """Ask what all attempts of a campaign came to; answered by `ResultsCounted`. See `CountAttempts`."""

    apart_from: str


class LeadsLeased(Event, frozen=True, kw_only=True):
    """Leads for a campaign; fewer than asked for where no more may come up yet.

    `registers_from_us` says of when our copy of each do-not-call register is.
    """

    campaign: str
    lease_id: str
    leads: tuple[Lead, ...]
    registers_from_us: tuple[tuple[str, int], ...] = ()


class LeadsUnavailable(Event, frozen=True, kw_only=True):
    """The store was late or away; `reason` is `late` or `away`."""

    campaign: str
    lease_id: str
    reason: str


class NumbersChecked(Event, frozen=True, kw_only=True):
    """What is known of each number, in the order of asking: what forbids it, as `LeadNumber.listed_on`, and
    the attempts at it or at its person by all engines, as `Lead.past`. Registers are as in a lease.

    `engaged` are the attempts that may not be made now: another one is at their person or telephone.
    """

    campaign: str
    check_id: str
    listed_on: tuple[tuple[str, ...], ...]
    past: tuple[tuple[PastAttempt, ...], ...]
    registers_from_us: tuple[tuple[str, int], ...] = ()
    engaged: tuple[str, ...] = ()


class ListingWritten(Event, frozen=True, kw_only=True):
    """The store has put the number on the list by now: whoever asks it from here on is told."""

    campaign: str
    number: str


class NumberLookedUp(Event, frozen=True, kw_only=True):
    """The campaign's lead of a number in E.164, or a stranger as one; None where it is no number at all."""

    campaign: str
    check_id: str
    number: str = ""
    lead: Lead | None = None
    registers_from_us: tuple[tuple[str, int], ...] = ()


class NumbersUnchecked(Event, frozen=True, kw_only=True):
    """The store was late or away, so nobody knows whether the numbers may be dialed."""

    campaign: str
    check_id: str
    reason: str


class CountedMinute(Record, frozen=True, kw_only=True):
    """Attempts at one country dialed within a minute, whole minutes since 1970.

    `answered` by a person, of these `abandoned`; `machines` are those that were judged to be machines.
    """

    minute: int
    country: str
    answered: int = 0
    abandoned: int = 0
    machines: int = 0


class AttemptsCounted(Event, frozen=True, kw_only=True):
    """How the attempts of a campaign in that time came out; minutes without any are left out."""

    campaign: str
    from_us: int
    until_us: int
    minutes: tuple[CountedMinute, ...]


class CountedResult(Record, frozen=True, kw_only=True):
    """So many attempts in a segment that came to one disposition."""

    segment: str
    disposition: str
    attempts: int


class ResultsCounted(Event, frozen=True, kw_only=True):
    """What the attempts of a campaign came to, by segment and disposition."""

    campaign: str
    results: tuple[CountedResult, ...]
