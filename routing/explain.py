"""Why a contact went to whom it went: a decision with its surroundings, and both in words.

The engine stores the terms of winner and runner-up alone (`DecisionMade`). What a person wants to know
beside them, who was at work and could not have it, is worked out here when somebody asks, from what the
ledger tells of the agents at that instant. Nothing here is on the way of a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from core.kernel.clock import seconds
from core.kernel.record import Record
from core.model.agent import AgentProfile, AgentState
from core.model.callback_events import CallbackBooked
from core.model.events import (
    AgentPreferred,
    AgentStateChanged,
    Candidate,
    ContactQueued,
    DecisionMade,
    InteractionRecorded,
    OfferFailed,
    OfferMade,
    PlaceResumed,
    StandingEvent,
    Term,
)
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import DomainEvent
from core.model.need import Need
from routing.strategies import aged

E = TypeVar("E", bound=DomainEvent)

NAMES_MAX = 5
"""Agents named in one line; of more only the number is told."""

_LACKS = "without the skills"
_ELSEWHERE = "serving other queues"
_COULD = "free too"
_FULL = "has no room left"
_STATES: Mapping[AgentState, str] = {
    AgentState.RESERVED: "offered another",
    AgentState.ON_CONTACT: "on a contact",
    AgentState.WRAP_UP: "in wrap-up",
}


class Excluded(Record, frozen=True, kw_only=True):
    """Agents who were logged in and did not get the contact, for one and the same reason."""

    reason: str
    agents: tuple[AgentId, ...]


class EarlierOffer(Record, frozen=True, kw_only=True):
    """An offer of the same contact that came to nothing before."""

    at_us: int
    agent_id: AgentId
    outcome: str


class Explanation(Record, frozen=True, kw_only=True):
    """One decision and what surrounded it. `behind_us` is by how much the runner-up came second.

    `held_for` alone could have the contact, where not empty; `preferred` is whom its customer knows,
    `place_of` the contact whose place it took over. Of a callback, `callback_of` is the call that booked it.
    """

    contact_id: ContactId
    queue: QueueName
    tier: str
    decision: DecisionMade
    behind_us: int | None
    excluded: tuple[Excluded, ...]
    earlier: tuple[EarlierOffer, ...]
    held_for: str = ""
    preferred: AgentPreferred | None = None
    place_of: str = ""
    callback_of: str | None = None


def explain(
    history: Sequence[DomainEvent],
    decision: DecisionMade,
    agents: Mapping[AgentId, AgentProfile],
    states: Mapping[AgentId, AgentStateChanged],
    need: Need,
    served: Mapping[AgentId, Sequence[QueueName] | None],
) -> Explanation:
    """Return what surrounded a decision in the `history` of its contact.

    `states` are the agents' last changes at that instant or before, `need` is what the contact asked for.
    `served` are the queues that agents served by then, where they did not serve all they may.
    """
    before = history[: history.index(decision)]
    queued, runner_up = _last(ContactQueued, before), decision.runner_up
    assert queued is not None, "only who is in line is decided about"
    stood = [event for event in before if isinstance(event, StandingEvent)][-1]
    reason = partial(_reason, channel=queued.channel, held_for=stood.held_for)
    resumed, booked = _last(PlaceResumed, before), _last(CallbackBooked, before)
    return Explanation(
        contact_id=decision.contact_id,
        queue=queued.queue,
        tier=queued.tier,
        decision=decision,
        behind_us=None if runner_up is None else decision.winner.score_us - runner_up.score_us,
        excluded=_excluded(decision, agents, states, need, partial(_kept_or, reason, served, queued.queue)),
        earlier=tuple(_earlier(history, decision)),
        held_for=stood.held_for,
        preferred=_last(AgentPreferred, before),
        place_of=resumed.of_contact_id if resumed is not None else "",
        callback_of=booked.of_contact_id if booked is not None else None,
    )


def _last(kind: type[E], events: Sequence[DomainEvent]) -> E | None:
    return next((event for event in reversed(events) if isinstance(event, kind)), None)


def _excluded(
    decision: DecisionMade,
    agents: Mapping[AgentId, AgentProfile],
    states: Mapping[AgentId, AgentStateChanged],
    need: Need,
    reason: Callable[[AgentStateChanged], str],
) -> tuple[Excluded, ...]:
    """Return by reason who was logged in and not chosen; who is named in the decision is left out."""
    named = {decision.winner.agent_id, decision.runner_up.agent_id if decision.runner_up else ""}
    by_reason: dict[str, list[AgentId]] = {}
    for agent_id, change in states.items():
        if change.new is AgentState.LOGGED_OUT or agent_id in named or agent_id not in agents:
            continue
        able = need.level(agents[agent_id].skills) is not None
        by_reason.setdefault(reason(change) if able else _LACKS, []).append(agent_id)
    return tuple(Excluded(reason=reason, agents=tuple(who)) for reason, who in by_reason.items())


def _kept_or(
    reason: Callable[[AgentStateChanged], str],
    served: Mapping[AgentId, Sequence[QueueName] | None],
    queue: QueueName,
    change: AgentStateChanged,
) -> str:
    """Return that the agent did not serve the queue then, or else the reason."""
    queues = served.get(change.agent_id)
    return reason(change) if queues is None or queue in queues else _ELSEWHERE


def _reason(change: AgentStateChanged, channel: str, held_for: str) -> str:
    if change.new is not AgentState.READY:
        return _STATES.get(change.new) or f"away ({change.reason or 'not ready'})"
    if channel not in change.channels:
        return _FULL
    return f"{_COULD}, but it was held for {held_for}" if held_for else _COULD


def _earlier(history: Sequence[DomainEvent], decision: DecisionMade) -> Iterator[EarlierOffer]:
    made = {event.offer_id: event for event in history if isinstance(event, OfferMade)}
    for event in history:
        if isinstance(event, OfferFailed) and event.at_us <= decision.at_us:
            offered = made.get(event.offer_id, event)
            yield EarlierOffer(at_us=offered.at_us, agent_id=event.agent_id, outcome=event.outcome)


# --- in words --------------------------------------------------------------------------------------

_ASKED = {
    "agent": "it came, or came back, and the idle agents were compared: {candidates}",
    "contact": "{agent} became free and those in line were compared",
}
_RULES = {
    "longest_idle": "whoever was idle longest",
    "highest_level": "the highest level first, then whoever was idle longest",
    "lowest_level": "the lowest level first, to spare the experts",
    "weighted_level": "whoever was idle longest, each level counting as so many seconds more",
    "least_occupied": "whoever has been busy for the least share of the time",
    "fewest_contacts": "whoever has had the fewest contacts",
    "round_robin": "one after the other",
    "fastest": "whoever is quickest at such contacts",
    "value": "the greatest worth, counted in seconds of waiting",
    "by_place": "the furthest forward in line, everything counted in seconds of waiting",
}


def told(explanation: Explanation) -> list[str]:
    """Return the explanation in at most ten lines for people."""
    decision = explanation.decision
    lines = [
        f"{explanation.contact_id}: {explanation.tier or 'no tier'}, queue {explanation.queue},"
        f" offered to {decision.winner.agent_id} (level {decision.winner.level})",
        "when: "
        + _ASKED[decision.asked].format(candidates=decision.candidates, agent=decision.winner.agent_id)
        + f"; {decision.waiting} still in line",
        f"needs: {decision.need or 'nothing in particular'}{_step(decision)}",
        f"rule: {_RULES.get(decision.rule, decision.rule)}{_policy(decision)}",
        f"first: {_candidate(decision, decision.winner)}",
        f"second: {_second(explanation)}",
    ]
    known = _known_line(explanation)
    return lines + known + _earlier_line(explanation) + _excluded_lines(explanation)


def never_offered(history: Sequence[DomainEvent]) -> list[str]:
    """Return in words what became of a contact for which no decision was ever made."""
    record = next((event for event in history if isinstance(event, InteractionRecorded)), None)
    if record is None:
        return ["no decision has been made: the contact is still in the menu or in line"]
    where = f"in line for {record.queue}" if record.queue else "in the menu"
    after_s = seconds(record.queue_us if record.queue else record.ivr_us)
    return [f"no decision was made: {record.outcome} {where} after {after_s:.1f} s"]


def _step(decision: DecisionMade) -> str:
    return f" (after step {decision.step} of the queue's plan)" if decision.step else ""


def _policy(decision: DecisionMade) -> str:
    return f", under the policy {decision.policy}" if decision.policy else ""


def _second(explanation: Explanation) -> str:
    runner_up = explanation.decision.runner_up
    if runner_up is None or explanation.behind_us is None:
        return "there was no other choice"
    words = _candidate(explanation.decision, runner_up)
    if explanation.behind_us:
        return f"{words}; {seconds(explanation.behind_us):.1f} s behind"
    if explanation.decision.asked == "contact":
        return f"{words}; came later"
    return f"{words}; idle {seconds(explanation.decision.winner.idle_us - runner_up.idle_us):.1f} s less"


def _candidate(decision: DecisionMade, candidate: Candidate) -> str:
    """Say who was compared, and what of."""
    if decision.asked == "contact":
        return f"{candidate.contact_id}: {_sum(decision, candidate)}"
    who = f"{candidate.agent_id}, level {candidate.level}, idle {seconds(candidate.idle_us):.1f} s"
    return f"{who}: {_sum(decision, candidate)}" if candidate.terms else who


def _sum(decision: DecisionMade, candidate: Candidate) -> str:
    terms = [aged(term, decision.at_us) for term in candidate.terms]
    said = " ".join(_term(term, first=not place) for place, term in enumerate(terms))
    return said if len(terms) < 2 else f"{said} = {seconds(sum(term.us for term in terms)):.1f} s"


def _term(term: Term, *, first: bool) -> str:
    amount = seconds(abs(term.us))
    sign = "-" if term.us < 0 else "" if first else "+"
    gap = " " if sign and not first else ""
    return f"{sign}{gap}{amount:.1f} s {term.name.replace('_', ' ')}"


_KNOWN = {"named": "the named agent", "last": "the agent of last time"}


def _known_line(explanation: Explanation) -> list[str]:
    """Return the line on what goes back to an earlier contact: the agent, the place, the promise to call."""
    said = []
    if explanation.callback_of is not None:
        said.append(f"called back, as {explanation.callback_of or 'a desk'} asked")
    if explanation.place_of:
        said.append(f"at the place of {explanation.place_of}")
    if explanation.preferred is not None:
        preferred = explanation.preferred
        held = ", for whom it was held" if explanation.held_for == preferred.agent_id else ""
        said.append(f"{preferred.agent_id} is {_KNOWN[preferred.because]}{held}")
    return [f"known: {'; '.join(said)}"] if said else []


def _earlier_line(explanation: Explanation) -> list[str]:
    if not explanation.earlier:
        return []
    offers = explanation.earlier[-NAMES_MAX:]
    return ["before: offered to " + ", ".join(f"{offer.agent_id} ({offer.outcome})" for offer in offers)]


def _excluded_lines(explanation: Explanation) -> list[str]:
    """Return the line on those who were logged in and did not get the contact."""
    if not explanation.excluded:
        return []
    return ["not: " + "; ".join(f"{_people(group.agents)} {group.reason}" for group in explanation.excluded)]


def _people(agents: tuple[AgentId, ...]) -> str:
    return ", ".join(agents) if len(agents) <= NAMES_MAX else f"{len(agents)} agents"
