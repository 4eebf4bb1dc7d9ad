"""Messages of the dialer: what it hears of leads and campaigns, what it orders of the lead store.

An answered person is a contact like any other from then on: it joins the campaign's queue with its leg in
our hands, and routing finds the agent. So only what comes before the answer is told here.
"""

from __future__ import annotations

from core.kernel.record import Record
from core.model.at_work import Aspect, AtWork, OutcomeRecycling, Pacing
from core.model.attempt import AttemptRecord, AttemptState
from core.model.contact import ContactState
from core.model.ids import AgentId, ContactId, LegId
from core.model.lead import Lead, PastAttempt
from core.model.message import Command, ContactEvent, DomainEvent, Event, Request

# --- orders to the lead store -------------------------------------------------------------------


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
    before is not counted twice.
    """

    lead_id: str
    lease_id: str
    record: AttemptRecord
    again_us: int | None
    callback: bool = False
    owner: str = ""
    alone_until_us: int = 0


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

    `person_ids` say whose they are. Answered by `NumbersChecked`, or by `NumbersUnchecked` where the store is
    away: then nobody is dialed.
    """

    check_id: str
    numbers: tuple[str, ...]
    person_ids: tuple[str, ...]


class LookUpNumber(LeadCommand, frozen=True, kw_only=True):
    """Tell what is known of a number as an agent typed it; in `region` where it has no country code.

    Answered by `NumberLookedUp`, or by `NumbersUnchecked` where the store is away. Nothing is leased by this.
    """

    check_id: str
    number: str
    region: str


class ListNumber(LeadCommand, frozen=True, kw_only=True):
    """Put a number on the do-not-call list of the house, at once; of this campaign only if not `everywhere`.

    A number that ends in `*` stands for all that begin so: an area.
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


# --- its answers -----------------------------------------------------------------------------------


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
    """

    campaign: str
    check_id: str
    listed_on: tuple[tuple[str, ...], ...]
    past: tuple[tuple[PastAttempt, ...], ...]
    registers_from_us: tuple[tuple[str, int], ...] = ()


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


class PaceAsked(Event, frozen=True, kw_only=True):
    """More may be dialed perhaps: an agent is free, leads have come. Decided when all have heard of it."""

    campaign: str


# --- what the ledger is told ---------------------------------------------------------------------------


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


class CampaignEvent(DomainEvent, frozen=True, kw_only=True):
    """Something happened to a campaign as a whole."""

    campaign: str


class CampaignChanged(CampaignEvent, frozen=True, kw_only=True):
    """A campaign dials, pauses or has ended; `reason` says why where nobody asked for it."""

    state: str
    reason: str = ""


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


class AttemptDialed(DomainEvent, frozen=True, kw_only=True):
    """A number is being dialed as the leg `leg_id`; `rules` are those of the law that allowed it.

    Whoever answers will be the contact `contact_id`. The `note` is all that a new run of ours needs to go on;
    by `segment` and `tier` its result will be counted.
    """

    campaign: str
    attempt_id: str
    lead_id: str
    leg_id: LegId
    mode: str
    rules: tuple[str, ...]
    agent_id: AgentId | None = None
    contact_id: ContactId = ContactId("")
    note: str = ""
    segment: str = ""
    tier: str = ""


class AttemptAnswered(DomainEvent, frozen=True, kw_only=True):
    """Somebody or something answered; a person becomes the contact `contact_id`."""

    campaign: str
    attempt_id: str
    contact_id: ContactId


class AttemptEnded(DomainEvent, frozen=True, kw_only=True):
    """What an attempt came to; `contact_id` is whose contact it was, or would have been."""

    campaign: str
    lead_id: str
    outcome: AttemptState
    record: AttemptRecord
    contact_id: ContactId = ContactId("")


# --- where an agent comes before the customer ---------------------------------------------------------


class PreviewSkipped(ContactEvent, frozen=True, kw_only=True):
    """The agent who looked at the lead would not call it, or let the time for looking pass (`time_over`)."""

    agent_id: AgentId
    reason: str


class AgentWanted(Event, frozen=True, kw_only=True):
    """This attempt wants an agent before its number is dialed."""

    attempt_id: str


class AnotherWayAsked(Event, frozen=True, kw_only=True):
    """A trunk would not carry the call, and nothing rang: another is to, if the law lets it still."""

    campaign: str
    attempt_id: str
    trunk: str


class NoOtherWay(Event, frozen=True, kw_only=True):
    """The call that no trunk would carry goes out by none."""

    attempt_id: str


class InvalidSettled(Event, frozen=True, kw_only=True):
    """It was doubted that a number does not exist: it is so, or the trunk made that up."""

    attempt_id: str
    is_the_trunk: bool


class TrunkDisbelieved(DomainEvent, frozen=True, kw_only=True):
    """A trunk said of number after number that it does not exist, and is not taken at its word.

    So many `attempts` of the campaign count as not carried instead; their leads come up again.
    """

    campaign: str
    trunk: str
    attempts: int


class AttemptPutBack(Event, frozen=True, kw_only=True):
    """Nobody was dialed, by these `rules` if any; the lead is given back."""

    attempt_id: str
    rules: tuple[str, ...] = ()


class JoiningAsked(ContactEvent, frozen=True, kw_only=True):
    """The customer has answered, the agent is on the line, and both legs are in our hands: join them."""


class EndingAsked(ContactEvent, frozen=True, kw_only=True):
    """Whoever brought the contact here wants it to end: nobody talks to the customer, whoever waits for it.

    `outcome` is UNREACHED or CANCELLED.
    """

    outcome: ContactState
    reason: str


class NumberForbidden(DomainEvent, frozen=True, kw_only=True):
    """A number may not be called any more, at once; by this campaign only if not `everywhere`."""

    campaign: str
    number: str
    reason: str
    everywhere: bool = True


class RegistersSeen(DomainEvent, frozen=True, kw_only=True):
    """Of when our copies of the do-not-call registers are, told when they are others than before."""

    registers_from_us: tuple[tuple[str, int], ...]


class CampaignHindered(DomainEvent, frozen=True, kw_only=True):
    """A campaign dials nobody, `by` these hindrances; or goes on, where there are none any more.

    `rules` are those of the law by which leads were turned away (`core.model.hindrance`).
    """

    campaign: str
    by: tuple[str, ...]
    rules: tuple[str, ...] = ()


class CapsStood(DomainEvent, frozen=True, kw_only=True):
    """How a campaign stands with its caps on abandoned calls: told while it dials, when that changes."""

    campaign: str
    caps: tuple[CapStanding, ...]


class CampaignDayEnded(DomainEvent, frozen=True, kw_only=True):
    """It is midnight on the campaign's clock; `day` is the one that ended, such as 2026-11-20."""

    campaign: str
    day: str


# --- told by the program itself when it starts -----------------------------------------------------------


class AttemptRecalled(Event, frozen=True, kw_only=True):
    """The ledger has no end of this attempt of an earlier run; how far it had come by then.

    Instants are None where they did not come; `dropped` says that no agent came in time.
    """

    dialed: AttemptDialed
    answered_us: int | None = None
    connected_us: int | None = None
    dropped: bool = False
    agent_id: str = ""


# --- wishes -----------------------------------------------------------------------------------------------


class CampaignRequest(Request, frozen=True, kw_only=True):
    """A campaign manager's wish about one campaign."""

    campaign: str


class StartCampaign(CampaignRequest, frozen=True, kw_only=True):
    """Begin to dial, or go on."""


class PauseCampaign(CampaignRequest, frozen=True, kw_only=True):
    """Dial nobody new; whoever rings or talks goes on."""


class DescribeCampaign(CampaignRequest, frozen=True, kw_only=True):
    """Tell how the campaign stands."""


class RestoreCampaign(CampaignRequest, frozen=True, kw_only=True):
    """Take up the state the ledger knew last; asked by the program itself when it starts."""

    state: str


class RestoreExperience(CampaignRequest, frozen=True, kw_only=True):
    """Take up what an earlier run had learned; asked by the program itself when it starts."""

    experience: Experience


class RestoreRules(CampaignRequest, frozen=True, kw_only=True):
    """Take up what had been set at work in an earlier run; asked by the program itself when it starts."""

    at_work: AtWork


class CampaignStanding(Record, frozen=True, kw_only=True):
    """How a campaign stands at this moment: its agents and calls, and what it has come to since the start.

    Of the `agents` who serve it `idle` wait; of the calls in hand `ringing` are not answered yet. `ahead` are
    leads taken from the store that were not dialed yet. `hindrances` say why it dials nobody, if so
    (`core.model.hindrance`), `caps` how it stands with every cap on abandoned calls. It goes by `pacing`, of
    which, as of its other rules, `at_work` was set apart from the configuration file.
    """

    state: str
    agents: int = 0
    idle: int = 0
    calls: int = 0
    ringing: int = 0
    ahead: int = 0
    attempts: int = 0
    contacts: int = 0
    sales: int = 0
    hindrances: tuple[str, ...] = ()
    caps: tuple[CapStanding, ...] = ()
    pacing: Pacing = Pacing()
    at_work: AtWork = AtWork()


class SetPacing(CampaignRequest, frozen=True, kw_only=True):
    """Pace otherwise from now on; what is left empty or 0 stays as it is.

    `share_max_ppm` is the share of abandoned calls, in millionths, that it is kept to: never above the law's.
    """

    mode: str = ""
    lines_max: int = 0
    lines_per_agent_ppm: int = 0
    share_max_ppm: int = 0


class SetRecycling(CampaignRequest, frozen=True, kw_only=True):
    """Come back to leads otherwise from now on; what is None, and results that are not named, stay.

    Leads are dialed `attempts_max` times in all, `a_day_max` times in a day of theirs.
    """

    attempts_max: int | None = None
    a_day_max: int | None = None
    outcomes: tuple[OutcomeRecycling, ...] = ()


class SetAsConfigured(CampaignRequest, frozen=True, kw_only=True):
    """Go by the configuration file again in `what`; with a `code`, in what follows that result alone."""

    what: Aspect
    code: str = ""


class AnswerCampaign(Command, frozen=True, kw_only=True):
    """Tell who wished something about a campaign whether it was granted; `code` is empty where it was.

    `standing` is told where it was asked for.
    """

    campaign: str
    request_id: str
    code: str = ""
    reason: str = ""
    standing: CampaignStanding | None = None
