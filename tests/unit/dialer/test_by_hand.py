"""An agent types or clicks a number: the law is asked at once, then the agent comes first."""

from __future__ import annotations

import pytest

from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptDialed
from core.model.campaign_requests import PauseCampaign
from core.model.commands import AnswerRequest
from core.model.ids import AgentId
from core.model.lead_orders import ListNumber, ReturnLeads, SettleLead
from core.model.requests import DialNumber, FinishWrapUp
from crm.leads.number_lists import MemoryNumberLists
from dialer.agent_rules import AgentRules
from dialer.campaign import Mode
from dialer.packs import law_of
from goldline.runners import result_at_once
from tests.unit.dialer.agent_first_floor import AgentFirstFloor
from tests.unit.dialer.campaign_floor import lead

BOB = lead("bob", "+12125550101")


def by_hand(
    *agents: str, mode: Mode = Mode.MANUAL, how: AgentRules | None = None, **changes: object
) -> AgentFirstFloor:
    """A campaign whose agents, ready by now, dial themselves."""
    floor = AgentFirstFloor(agents or ("ann",), [BOB], how, mode=mode, country="US", **changes)
    floor.ready(*agents or ("ann",))
    floor.start()
    return floor


def types(floor: AgentFirstFloor, number: str, agent: str = "ann", campaign: str = "") -> tuple[str, str]:
    """The agent asks for a number; return code and reason of the answer."""
    floor.hear(
        DialNumber(
            at_us=floor.now_us, request_id="5", agent_id=AgentId(agent), number=number, campaign=campaign
        )
    )
    answer = floor.orders(AnswerRequest)[-1]
    assert answer.request_id == "5"
    return answer.code, answer.reason


def test_agents_phone_rings_first_then_the_number() -> None:
    floor = by_hand()
    assert types(floor, "(212) 555-0199") == ("", "")
    assert floor.dialed() == []
    floor.takes_phone("ann")
    assert floor.dialed() == ["PJSIP/+12125550199@trunk"]
    (dialed,) = floor.events(AttemptDialed)
    assert (dialed.mode, dialed.agent_id) == ("manual", "ann")


def test_record_of_a_stranger_who_was_talked_to() -> None:
    floor = by_hand()
    floor.numbers["stranger"] = "+12125550199"
    types(floor, "+1 212 555 0199")
    floor.takes_phone("ann")
    stranger = floor.picks_up("stranger")
    floor.are_joined("ann", "stranger")
    floor.hang_up(stranger)
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann"), disposition="sold"))
    record = floor.last_attempt().record
    assert (record.outcome, record.mode, record.list_name) == (AttemptState.CONNECTED, "manual", "by hand")
    assert (record.agent_was_sure, record.person_id) == (True, "+12125550199")


def test_number_of_a_lead_is_an_attempt_at_that_lead() -> None:
    floor = by_hand()
    types(floor, "212-555-0101")
    floor.takes_phone("ann")
    floor.rings_off("bob", 17)
    (settled,) = floor.orders(SettleLead)
    assert (settled.record.person_id, settled.record.outcome) == ("person bob", AttemptState.BUSY)
    assert floor.orders(ReturnLeads) == []


def test_caps_count_what_was_dialed_by_hand() -> None:
    floor = by_hand()
    codes = []
    for _ in range(6):
        codes.append(types(floor, "212-555-0101")[0])
        if codes[-1] == "":
            ann = floor.takes_phone("ann")
            floor.rings_off("bob", 17)
            floor.hang_up(ann)
            floor.let_pass(60)
    assert codes[0] == ""
    assert codes[-1] == "forbidden"


def test_refusal_tells_the_rule() -> None:
    floor = by_hand()
    floor._answer(ListNumber(campaign="winter", number="+12125550101", reason="asked for it"))
    assert types(floor, "212-555-0101") == ("forbidden", "may not be called now, by do-not-call-house")
    at_night = by_hand(law=law_of(["us-fcc"]))
    at_night.pass_s(14 * 3_600)
    code, reason = types(at_night, "212-555-0199")
    assert code == "forbidden"
    assert "us-fcc-hours" in reason


@pytest.mark.parametrize(
    ("number", "campaign", "code"),
    [
        ("four two", "", "no_such_number"),
        ("212-555-0199", "summer", "no_such_campaign"),
        ("212-555-0199", "winter", ""),
    ],
)
def test_numbers_and_campaigns_that_are_none(number: str, campaign: str, code: str) -> None:
    assert types(by_hand(), number, campaign=campaign)[0] == code


def test_campaign_that_lets_nobody_dial() -> None:
    assert types(by_hand(mode=Mode.PREDICTIVE), "212-555-0199")[0] == "no_such_campaign"
    allowed = by_hand(mode=Mode.PREDICTIVE, how=AgentRules(dial=True))
    assert types(allowed, "212-555-0199")[0] == ""


def test_agent_who_is_away_or_busy_dials_nobody() -> None:
    floor = by_hand("ann", "joe")
    types(floor, "212-555-0199")
    assert types(floor, "212-555-0198")[0] == "not_ready", "her phone rings for the first"
    floor.not_ready("joe")
    assert types(floor, "212-555-0198", agent="joe")[0] == "no_such_campaign"


def test_paused_campaign_dials_nobody_by_hand_either() -> None:
    floor = by_hand()
    floor.hear(PauseCampaign(at_us=floor.now_us, campaign="winter", request_id="2"))
    assert types(floor, "212-555-0199")[0] == "not_running"


def test_two_agents_do_not_call_the_same_person() -> None:
    floor = by_hand("ann", "joe")
    assert types(floor, "212-555-0101")[0] == ""
    assert types(floor, "212-555-0101", agent="joe")[0] == "in_hand"


def test_nobody_knows_whether_a_number_may_be_called_while_the_store_is_away() -> None:
    floor = by_hand()
    floor.store_is_away = True
    assert types(floor, "212-555-0199")[0] == "store_away"


def test_number_that_is_taken_off_the_list_again_may_be_called() -> None:
    """The engine that heard the wish goes by the list, as all others do."""
    floor = by_hand()
    types(floor, "212-555-0101")
    floor.takes_phone("ann")
    bob = floor.picks_up("bob")
    floor.are_joined("ann", "bob")
    floor.hang_up(bob)
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann"), disposition="stop"))
    floor.ready("ann")
    assert types(floor, "212-555-0101")[0] == "forbidden"
    numbers = MemoryNumberLists(floor.store, "US")
    assert result_at_once(numbers.allow("+12125550101", ""))
    floor.let_pass(60)
    assert types(floor, "212-555-0101") == ("", "")
    floor.takes_phone("ann")
    assert len(floor.dialed()) == 2
