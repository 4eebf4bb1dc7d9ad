"""Offers in vain: how long an agent is left alone after each kind, and when one too many is enough."""

from __future__ import annotations

import pytest

from agents.misses import MissRules
from core.kernel.clock import microseconds
from core.kernel.record import replace
from core.model.agent import AgentState
from core.model.causes import RingOutcome
from core.model.commands import AnswerRequest, ShowAgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from core.model.requests import AgentRequest, GoNotReady, GoReady, LogOut, RejectOffer, RestoreAgent
from crm.agent_states import fold_agent_states
from tests.unit.floor import Floor

ANN = AgentId("ann")
DELAYS_S = {
    RingOutcome.REJECTED: 10,
    RingOutcome.BUSY: 20,
    RingOutcome.NO_ANSWER: 40,
    RingOutcome.UNREACHABLE: 60,
}
THRICE = MissRules(
    delays_us={outcome: microseconds(delay_s) for outcome, delay_s in DELAYS_S.items()}, misses_max=3
)
CAUSE_OF = {RingOutcome.BUSY: 17, RingOutcome.UNREACHABLE: 20, RingOutcome.REJECTED: 21}


def ringing(*names: str, rules: MissRules = THRICE) -> Floor:
    """The phone of the first of the agents rings for a caller."""
    floor = Floor(dict.fromkeys(names or ("ann",), 5), misses=rules)
    floor.ready(*(names or ("ann",)))
    floor.arrive("caller")
    return floor


def miss(floor: Floor, outcome: RingOutcome, agent: str = "ann") -> None:
    """Let the ringing of the agent's phone end so."""
    if outcome is RingOutcome.NO_ANSWER:
        floor.fire("offer", next(iter(floor.contacts)).offer_id or "")
    else:
        floor.hang_up(floor.phone_of(agent), CAUSE_OF[outcome])


def shown(floor: Floor) -> ShowAgentState:
    return [order for order in floor.orders(ShowAgentState) if order.agent_id == ANN][-1]


@pytest.mark.parametrize("outcome", DELAYS_S)
def test_each_kind_of_miss_has_its_own_delay_and_the_agent_comes_back_by_itself(outcome: RingOutcome) -> None:
    floor = ringing()
    miss(floor, outcome)
    missed_us = floor.now_us
    state = shown(floor)
    assert (state.state, state.until_us) == ("not_ready", missed_us + microseconds(DELAYS_S[outcome]))
    floor.fire("delay", "ann")
    assert floor.now_us == state.until_us
    assert floor.state("ann")[0] == "reserved", "the caller who still waits comes back to the only agent"


def test_third_miss_in_a_row_makes_not_ready_until_the_agent_says_otherwise() -> None:
    floor = ringing()
    for _ in range(2):
        miss(floor, RingOutcome.REJECTED)
        floor.fire("delay", "ann")
    miss(floor, RingOutcome.BUSY)
    assert floor.state("ann") == ("not_ready", "phone_busy")
    assert shown(floor).until_us == 0
    floor.hear(GoReady(at_us=floor.now_us, agent_id=ANN))
    miss(floor, RingOutcome.REJECTED)
    assert shown(floor).until_us > 0, "the count begins anew"


def test_answered_call_clears_the_count() -> None:
    floor = ringing()
    for _ in range(2):
        for _ in range(2):
            miss(floor, RingOutcome.REJECTED)
            floor.fire("delay", "ann")
        floor.answer("ann")
        floor.hang_up("leg-caller")
        floor.fire("wrap_up", "ann")
        assert floor.state("ann")[0] == "ready"
        floor.arrive("caller")


def test_without_rules_the_first_miss_is_enough() -> None:
    floor = ringing(rules=MissRules())
    miss(floor, RingOutcome.NO_ANSWER)
    assert floor.state("ann") == ("not_ready", "rona")


def test_rejected_caller_goes_to_another_first_and_back_only_when_nobody_else_is_left() -> None:
    floor = ringing("ann", "bob", "cyd", rules=MissRules(misses_max=9))
    for agent in ("ann", "bob", "cyd", "ann"):
        assert floor.offered()[-1] == ("caller", agent)
        miss(floor, RingOutcome.REJECTED, agent)


def test_agent_who_is_back_from_the_delay_is_asked_after_one_who_never_had_the_caller() -> None:
    floor = Floor(dict.fromkeys(("ann", "bob", "cyd"), 5), misses=THRICE)
    floor.ready("ann", "bob")
    floor.arrive("caller")
    miss(floor, RingOutcome.REJECTED)
    floor.fire("delay", "ann")
    floor.ready("cyd")
    miss(floor, RingOutcome.NO_ANSWER, "bob")
    assert [agent for _, agent in floor.offered()] == ["ann", "bob", "cyd"], "though Ann is idle for longer"


@pytest.mark.parametrize(
    ("request_made", "state"),
    [
        (GoReady(at_us=0, agent_id=ANN), "reserved"),
        (GoNotReady(at_us=0, agent_id=ANN, reason="break"), "not_ready"),
        (LogOut(at_us=0, agent_id=ANN), "logged_out"),
    ],
)
def test_what_the_agent_wishes_ends_the_delay(request_made: AgentRequest, state: str) -> None:
    floor = ringing()
    miss(floor, RingOutcome.REJECTED)
    floor.hear(request_made)
    assert floor.state("ann")[0] == state
    floor.fire("delay", "ann")
    assert floor.state("ann")[0] == state, "the delay that was cut short changes nothing any more"


def test_pause_asked_for_while_it_rang_comes_at_once_instead_of_the_delay() -> None:
    floor = ringing()
    floor.hear(GoNotReady(at_us=0, agent_id=ANN, reason="lunch"))
    miss(floor, RingOutcome.REJECTED)
    assert floor.state("ann")[0] == "not_ready"
    assert shown(floor).until_us == 0


def test_delay_outlives_a_restart() -> None:
    before = ringing()
    miss(before, RingOutcome.NO_ANSWER)
    (restored,) = fold_agent_states(before.events(AgentStateChanged))
    after = Floor({"ann": 5}, misses=THRICE)
    after.now_us = before.now_us + microseconds(15)
    after.hear(replace(restored, at_us=after.now_us))
    assert after.state("ann") == ("not_ready", "rona")
    after.fire("delay", "ann")
    assert after.now_us == before.now_us + microseconds(40)
    assert after.state("ann")[0] == "ready"


def test_delay_that_ran_out_while_we_were_away_is_over_at_once() -> None:
    floor = Floor({"ann": 5}, misses=THRICE)
    floor.pass_s(100)
    floor.hear(
        RestoreAgent(
            at_us=floor.now_us,
            agent_id=ANN,
            state=AgentState.NOT_READY,
            reason="rona",
            extension="PJSIP/ann",
            until_us=microseconds(40),
        )
    )
    floor.fire("delay", "ann")
    assert floor.now_us == microseconds(100)
    assert floor.state("ann")[0] == "ready"


# --- reservations with a version ---------------------------------------------------------------------------


def reject(floor: Floor, offer_id: str, version: int) -> str:
    request = RejectOffer(at_us=floor.now_us, agent_id=ANN, offer_id=offer_id, version=version)  # type: ignore[arg-type]
    (answer,) = [c for c in floor.hear(request) if isinstance(c, AnswerRequest)]
    return answer.code


def test_click_on_an_offer_that_is_over_never_meets_the_next_one() -> None:
    floor = ringing(rules=MissRules(misses_max=9))
    (contact,) = floor.contacts
    first = contact.offer_id or ""
    miss(floor, RingOutcome.NO_ANSWER)
    assert contact.offer_id != first, "offered anew to the same agent"
    assert reject(floor, first, 1) in ("offer_changed", "offer_over")
    assert floor.state("ann")[0] == "reserved"
    assert reject(floor, contact.offer_id or "", 1) == ""


def test_second_desk_cannot_reject_what_the_first_has_answered() -> None:
    floor = ringing()
    (contact,) = floor.contacts
    offer = contact.offer_id or ""
    floor.answer("ann")
    assert reject(floor, offer, 1) in ("offer_changed", "offer_over")
    assert floor.state("ann")[0] == "on_contact"


def test_version_that_was_never_shown_is_refused() -> None:
    floor = ringing()
    (contact,) = floor.contacts
    assert reject(floor, contact.offer_id or "", 7) == "offer_changed"
    assert floor.state("ann")[0] == "reserved"
