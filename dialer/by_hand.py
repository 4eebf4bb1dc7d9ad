"""Numbers that agents dial: typed or clicked, for a campaign whose rules let them.

    DialNumber -> LookUpNumber -> NumberLookedUp -> the law -> an attempt for this agent alone (`agent_first`)

The agent is told at once why a number may not be called, rule by rule. A number of which the campaign has a
lead is an attempt at that lead; any other is one at a stranger, and counts for every cap all the same.
"""

from __future__ import annotations

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.commands import AnswerRequest
from core.model.ids import Ids
from core.model.lead import Lead, LeadNumber
from core.model.lead_orders import LookUpNumber, NumberLookedUp, NumbersUnchecked
from core.model.requests import DialNumber
from dialer.asking import asked
from dialer.attempts import AttemptBook
from dialer.desk import Campaign, CampaignDesk
from dialer.dialing import Dialing
from dialer.hopper import Held
from dialer.traits import known_of

ASKED_MAX = 1_000
"""Wishes whose numbers are being looked up: more than any floor types within a store's deadline."""


class ByHand:
    """The feature that grants or refuses agents the numbers they dial."""

    def __init__(
        self, engine: Engine, ids: Ids, desk: CampaignDesk, book: AttemptBook, dialing: Dialing
    ) -> None:
        self._engine = engine
        self._ids = ids
        self._desk = desk
        self._book = book
        self._dialing = dialing
        self._asked: dict[str, DialNumber] = {}
        # Answered when the law has been asked, not at once: so it is no `serve`.
        engine.subscribe(DialNumber, self._wished)
        engine.subscribe(NumberLookedUp, self._looked_up)
        engine.subscribe(NumbersUnchecked, self._store_away)

    def _wished(self, request: DialNumber) -> None:
        try:
            campaign = self._campaign(request)
            if len(self._asked) >= ASKED_MAX:
                raise RequestRefused("busy", "too many numbers are being looked up")
        except RequestRefused as refusal:
            self._answer(request, refusal)
            return
        check_id = self._ids.new("K")
        self._asked[check_id] = request
        self._engine.send(
            LookUpNumber(
                campaign=campaign.rules.name,
                check_id=check_id,
                number=request.number,
                region=campaign.rules.country,
            )
        )

    def _campaign(self, request: DialNumber) -> Campaign:
        """Return the campaign that the agent dials for; refuse where it may not be."""
        mine = [each for each in self._desk if request.agent_id in each.crew.present]
        open_ = [each for each in mine if each.rules.agents_dial]
        meant = [each for each in open_ if request.campaign in ("", each.rules.name)]
        if not meant:
            may = ", ".join(each.rules.name for each in open_) or "none"
            raise RequestRefused("no_such_campaign", f"this agent may dial numbers for: {may}")
        if len(meant) > 1:
            may = ", ".join(each.rules.name for each in meant)
            raise RequestRefused("which_campaign", f"say for which of: {may}")
        (campaign,) = meant
        if not campaign.is_at_work:
            raise RequestRefused("not_running", f"{campaign.rules.name} is {campaign.state}")
        if request.agent_id not in campaign.crew.idle_agents:
            raise RequestRefused("not_ready", "this agent cannot take a call now")
        return campaign

    # --- what the store knows of the number -----------------------------------------------------------

    def _store_away(self, event: NumbersUnchecked) -> None:
        request = self._asked.pop(event.check_id, None)
        if request is not None:
            self._answer(request, RequestRefused("store_away", "nobody knows whether it may be called"))

    def _looked_up(self, event: NumberLookedUp) -> None:
        request = self._asked.pop(event.check_id, None)
        if request is None:
            return
        try:
            self._plan(request, event)
        except RequestRefused as refusal:
            self._answer(request, refusal)
        else:
            self._answer(request, None)

    def _plan(self, request: DialNumber, event: NumberLookedUp) -> None:
        """Let the call be planned; refuse where the number, the law or our own calls are against it."""
        campaign, lead = self._campaign(request), event.lead
        if lead is None:
            raise RequestRefused("no_such_number", f"{request.number!r} is no telephone number")
        if self._book.is_at(lead.person_id):
            raise RequestRefused("in_hand", "somebody calls this person now, or talks to them")
        number = next(each for each in lead.numbers if each.number == event.number)
        self._ask_the_law(campaign, lead, number, event)
        traits = known_of(campaign.rules, lead, number, event.at_us)
        segment = campaign.learned.rates.segment(traits)
        held = Held(lead, number, "", segment, traits, event.at_us, request.agent_id)
        self._dialing.plan_by_hand(campaign, held, event)

    def _ask_the_law(self, campaign: Campaign, lead: Lead, number: LeadNumber, event: NumberLookedUp) -> None:
        registers = dict(event.registers_from_us)
        verdict = asked(campaign.rules, lead, number, event.at_us, registers, agent_is_sure=True)
        if not verdict.allowed:
            raise RequestRefused("forbidden", f"may not be called now, by {', '.join(verdict.rules)}")

    def _answer(self, request: DialNumber, refusal: RequestRefused | None) -> None:
        self._engine.send(
            AnswerRequest(
                agent_id=request.agent_id,
                request_id=request.request_id,
                code=refusal.code if refusal else "",
                reason=refusal.reason if refusal else "",
            )
        )
