"""Every mode by how many it dials for the same floor, calls without agents, and changing all this at work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptState
from core.model.campaign_events import PacingSet
from core.model.campaign_requests import AnswerCampaign, SetPacing
from core.model.causes import Cause
from core.model.contact import ContactState, ContactTrigger
from core.model.destination import DestinationKind, DivertReason
from core.model.events import ContactClosed, ContactDiverted
from core.model.lead_orders import LeaseLeads
from dialer.allowance import Allowance
from dialer.campaign import Mode
from dialer.modes import pace_of
from dialer.pacing import Floor, Learned, Phase
from dialer.packs import law_of
from tests.unit.dialer.campaign_floor import WINTER, CampaignFloor, lead

RINGING = (("list",), 3.0)
LEADS = [lead(f"lead {number}", f"+1212555010{number}") for number in range(10)]


def dialed(mode: Mode, floor: Floor, limit: int = 50, lines_per_agent: float = 1.5) -> int:
    """How many a campaign of that mode dials for a floor, before anything was learned."""
    rules = replace(WINTER, mode=mode, lines_per_agent=lines_per_agent)
    pace = pace_of(rules, Learned(), Allowance(rules))
    return pace.calls(floor, [("list",)] * limit, limit, 0)


@pytest.mark.parametrize(
    ("mode", "calls"),
    [
        (Mode.POWER, 5),  # 1.5 lines for each of 5, rounded down, less 2 that ring
        (Mode.PROGRESSIVE, 3),
        (Mode.PREVIEW, 3),
        (Mode.PREDICTIVE, 3),  # it knows nothing yet, and probes
        (Mode.AGENTLESS, 50),
        (Mode.MANUAL, 0),
    ],
)
def test_five_idle_agents_and_two_phones_ringing(mode: Mode, calls: int) -> None:
    assert dialed(mode, Floor(idle=5, busy=[(Phase.TALK, 9.0)] * 3, ringing=[RINGING] * 2)) == calls


def test_power_counts_lines_over_all_idle_agents_and_never_below_none() -> None:
    assert dialed(Mode.POWER, Floor(idle=1), lines_per_agent=1.9) == 1
    assert dialed(Mode.POWER, Floor(idle=10), lines_per_agent=1.9) == 19
    assert dialed(Mode.POWER, Floor(idle=1, waiting=4, ringing=[RINGING])) == 0
    assert dialed(Mode.POWER, Floor(idle=10), limit=4) == 4


def campaign(mode: Mode, agents: tuple[str, ...] = ("ann",), **changes: object) -> CampaignFloor:
    """A campaign of ten leads that has begun, with agents who are ready."""
    floor = CampaignFloor(agents, LEADS, mode=mode, **changes)  # type: ignore[arg-type]
    floor.ready(*agents)
    floor.start()
    return floor


def test_power_dials_two_lines_for_one_agent() -> None:
    assert len(campaign(Mode.POWER, lines_per_agent=2.0).dialed()) == 2


def test_without_agents_people_hear_the_flow_at_once() -> None:
    floor = campaign(Mode.AGENTLESS, agents=(), flow="survey", lines_max=3)
    assert len(floor.dialed()) == 3
    floor.pass_s(10)
    leg_id = floor.picks_up("lead 0")
    (sent,) = floor.events(ContactDiverted)
    assert (sent.to, sent.target, sent.reason) == (DestinationKind.FLOW, "survey", DivertReason.AGENTLESS)
    contact = floor.contacts.of_leg(leg_id)
    assert contact is not None
    assert (contact.state, contact.flow) == (ContactState.IN_IVR, "survey")


def test_record_of_a_call_without_agents() -> None:
    floor = campaign(Mode.AGENTLESS, agents=(), flow="survey", lines_max=1)
    floor.pass_s(10)
    leg_id = floor.picks_up("lead 0")
    floor.let_pass(30)
    contact = floor.contacts.of_leg(leg_id)
    assert contact is not None
    floor.contacts.move(contact, ContactTrigger.FINISH)  # the flow has come to its end
    floor.engine.publish(
        ContactClosed(at_us=floor.now_us, contact_id=contact.contact_id, outcome=contact.state)
    )
    floor.hang_up(leg_id)
    record = floor.last_attempt().record
    assert (record.outcome, record.mode, record.agent_id) == (AttemptState.CONNECTED, "agentless", "")
    assert record.answered_us == record.connected_us == record.message_us
    floor.let_pass(1)
    assert len(floor.dialed()) == 2, "the line is free again"


def test_by_hand_nobody_is_leased_or_dialed() -> None:
    floor = campaign(Mode.MANUAL)
    floor.let_pass(60)
    assert (floor.dialed(), floor.orders(LeaseLeads)) == ([], [])


# --- changed while it runs ----------------------------------------------------------------------------


def steer(floor: CampaignFloor, **wishes: object) -> str:
    """Wish for another pacing; return the code of the answer."""
    floor.hear(SetPacing(at_us=floor.now_us, campaign="winter", request_id="7", **wishes))  # type: ignore[arg-type]
    return floor.orders(AnswerCampaign)[-1].code


def test_from_progressive_to_power_at_once() -> None:
    floor = campaign(Mode.PROGRESSIVE)
    assert len(floor.dialed()) == 1
    assert steer(floor, mode="power", lines_per_agent_ppm=3_000_000) == ""
    assert len(floor.dialed()) == 3
    (told,) = floor.events(PacingSet)
    assert (told.mode, told.lines_per_agent_ppm) == ("power", 3_000_000)
    floor.rings_off("lead 0", Cause.BUSY)
    assert floor.last_attempt().record.mode == "progressive", "as it was dialed"


def test_fewer_lines_hold_for_new_calls_and_end_none() -> None:
    floor = campaign(Mode.AGENTLESS, agents=(), flow="survey", lines_max=4)
    assert steer(floor, lines_max=2) == ""
    floor.rings_off("lead 0", Cause.BUSY)
    floor.let_pass(1)
    assert len(floor.dialed()) == 4
    floor.rings_off("lead 1", Cause.BUSY)
    floor.rings_off("lead 2", Cause.BUSY)
    floor.let_pass(1)
    assert len(floor.dialed()) == 5


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"mode": "psychic"}, "unknown_mode"),
        ({"mode": "agentless"}, "no_flow"),
        ({"lines_max": 20_000}, "lines_max_out_of_range"),
        ({"share_max_ppm": 50_000}, "share_max_ppm_out_of_range"),
        ({"share_max_ppm": 10_000}, ""),
    ],
)
def test_wishes_beyond_the_campaign_or_the_law_are_refused_by_name(
    wishes: dict[str, object], code: str
) -> None:
    floor = campaign(Mode.PROGRESSIVE, law=law_of(["house", "us-ftc"]))
    assert steer(floor, **wishes) == code


def test_share_is_kept_to_what_the_manager_says_where_the_law_allows_more() -> None:
    rules = replace(WINTER, law=law_of(["us-ftc"]))
    bold, timid = (Allowance(each) for each in (rules, replace(rules, share_max=0.01)))
    assert timid.boldness(SECOND_US) < bold.boldness(SECOND_US)
