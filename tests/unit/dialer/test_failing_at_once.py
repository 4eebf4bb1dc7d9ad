"""Calls that fail before a telephone rings: nothing is learned of people, the list is spared, it is told."""

from __future__ import annotations

import pytest

from core.kernel.clock import SECOND_US
from core.model.attempt_events import AttemptEnded
from core.model.campaign_events import CampaignHindered, CampaignLearned, TrunkDisbelieved
from core.model.campaign_requests import PauseCampaign
from core.model.causes import Cause
from core.model.commands import RingLeg
from core.model.events import LegEnded, LegRinging
from core.model.hindrance import Hindrance
from core.model.ids import LegId
from core.model.lead_orders import SettleLead
from dialer.answering import AnswerRates
from dialer.back_off import BackOff
from dialer.campaign import Mode
from dialer.cohorts import Cohorts
from dialer.desk import BACK_OFF
from dialer.pacing import AT_ONCE_PER_AGENT, PROBING_CALLS, RINGING_PER_AGENT, Floor, Learned, Pacer
from dialer.ringing import Ringing
from tests.unit.dialer.campaign_floor import CampaignFloor, lead

SEGMENT = ("winter",)
AGENTS = ("ann", "ben", "cat", "dan")
NO_LINE = (Cause.CONGESTION, 503)
NO_SUCH_NUMBER = (Cause.UNALLOCATED, 404)
BUSY = (Cause.BUSY, 486)
RINGS = (Cause.UNKNOWN, 180)
"""A telephone rings, and goes on."""


class FailingFloor(CampaignFloor):
    """A campaign of a long list and four agents, of whose calls it is known at once how they go."""

    def __init__(self, **changes: object) -> None:
        leads = [lead(f"lead {number}", f"+1212555{number:04}") for number in range(2_000)]
        super().__init__(AGENTS, leads, mode=Mode.PREDICTIVE, **changes)
        self._told_of: set[LegId] = set()
        self.ready(*AGENTS)
        self.start()

    def fail(self, seconds: int, *causes: tuple[Cause, int]) -> int:
        """Let all calls end within a second, for each reason in turn; return how many were dialed."""
        before = len(self.dialed())
        for _ in range(seconds):
            for order in self.orders(RingLeg):
                if order.leg_id not in self._told_of:
                    self._told_of.add(order.leg_id)
                    self._tell(order.leg_id, causes[len(self._told_of) % len(causes)])
            self.let_pass(1)
        return len(self.dialed()) - before

    def _tell(self, leg_id: LegId, cause: tuple[Cause, int]) -> None:
        if cause == RINGS:
            self.hear(LegRinging(at_us=self.now_us, leg_id=leg_id))
        else:
            code, status = cause
            self.hear(LegEnded(at_us=self.now_us, leg_id=leg_id, cause=code, tech_cause=status))

    def ended_as(self, disposition: str) -> int:
        """How many attempts were written down as this."""
        return sum(event.record.disposition == disposition for event in self.events(AttemptEnded))

    def told(self) -> tuple[str, ...]:
        """Why it does not dial, as told last."""
        return self.events(CampaignHindered)[-1].by


@pytest.fixture
def floor() -> FailingFloor:
    return FailingFloor()


def test_trunk_that_is_down_for_ten_minutes_costs_a_few_leads(floor: FailingFloor) -> None:
    assert floor.fail(600, NO_LINE) < 25
    assert floor.told() == (Hindrance.TRUNKS_FAIL,)


def test_dialing_goes_on_within_a_minute_of_the_trunk(floor: FailingFloor) -> None:
    floor.fail(600, NO_LINE)
    assert floor.fail(70, BUSY) > len(AGENTS)
    assert floor.told() == ()


def test_carrier_that_knows_no_number_any_more_does_not_burn_the_list(floor: FailingFloor) -> None:
    assert floor.fail(600, NO_SUCH_NUMBER) < 50
    assert floor.told() == (Hindrance.NOTHING_RINGS, Hindrance.TRUNKS_FAIL)
    assert floor.fail(70, BUSY) > len(AGENTS)
    assert floor.told() == ()


def test_carrier_that_knows_no_number_for_ten_minutes_spoils_none(floor: FailingFloor) -> None:
    floor.fail(60, BUSY, BUSY, BUSY, BUSY, NO_SUCH_NUMBER)
    from_us = floor.now_us
    floor.fail(600, NO_SUCH_NUMBER)
    until_us = floor.now_us - 60 * SECOND_US
    assert floor.fail(120, BUSY) > 100, "dialing goes on"
    made_up = [order for order in floor.orders(SettleLead) if from_us < order.record.dialed_us < until_us]
    assert {(order.record.disposition, order.record.tech_cause) for order in made_up} == {
        ("unreachable", 404)
    }
    assert all(order.again_us is not None for order in made_up), "their leads come up again"
    told = floor.events(TrunkDisbelieved)
    assert {(event.campaign, event.trunk) for event in told} == {("winter", "outside")}
    assert sum(event.attempts for event in told) >= len(made_up) > 40


def test_fifth_of_a_list_that_is_dead_is_believed_to_be(floor: FailingFloor) -> None:
    dialed = floor.fail(300, BUSY, BUSY, BUSY, BUSY, NO_SUCH_NUMBER)
    floor.fail(10, BUSY)
    assert floor.ended_as("invalid") == pytest.approx(dialed / 5, abs=1)
    assert floor.events(TrunkDisbelieved) == []


def test_list_of_many_dead_numbers_is_dialed_on(floor: FailingFloor) -> None:
    assert floor.fail(60, NO_SUCH_NUMBER, NO_SUCH_NUMBER, BUSY) > 200
    assert floor.told() == ()


def test_telephone_that_rings_shows_that_the_line_is_not_to_blame(floor: FailingFloor) -> None:
    dead = [NO_SUCH_NUMBER] * 8
    assert floor.fail(20, RINGS, *dead) > BACK_OFF.failures_max
    assert floor.told() == ()


def test_numbers_in_doubt_hold_no_line() -> None:
    narrow, wide = (FailingFloor(lines_max=lines) for lines in (len(AGENTS), 1_000))
    for floor in (narrow, wide):
        floor.fail(2, *[NO_SUCH_NUMBER] * 3)
        assert floor.ended_as("invalid") == 0, "all are in doubt"
        assert Hindrance.LINES not in floor.told()
    assert len(narrow.dialed()) > len(AGENTS)


def test_dead_numbers_of_a_burst_are_known_before_the_others_ring() -> None:
    back_off = BackOff(BACK_OFF)
    for _ in range(100):
        back_off.failed(0, SECOND_US // 2)
    back_off.succeeded(0)
    back_off.failed(SECOND_US, 4 * SECOND_US)
    assert not back_off.is_failing


# --- what is learned ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cause", "learns"), [(NO_LINE, False), (NO_SUCH_NUMBER, False), (BUSY, True)])
def test_only_telephones_teach(floor: FailingFloor, cause: tuple[Cause, int], learns: bool) -> None:
    floor.fail(40, cause)
    floor.hear(PauseCampaign(at_us=floor.now_us, campaign="winter", request_id="2"))
    assert bool(floor.events(CampaignLearned)) is learns


def test_call_that_got_to_no_telephone_says_nothing_of_people() -> None:
    rates = AnswerRates()
    cohorts = Cohorts(rates, Ringing(25))
    for number in range(10):
        cohorts.launch(SEGMENT, 0.0)
        if number < 6:
            cohorts.withdraw(SEGMENT, 0.0)
        else:
            cohorts.end(SEGMENT, 0.0, 12.0, answered=number == 9)
    cohorts.fold(31.0)
    assert rates.counts[SEGMENT] == (1.0, 3.0)


# --- however few answer -------------------------------------------------------------------------------


def hopeless() -> Pacer:
    """A pacer that has seen a thousand calls, none of them answered."""
    learned = Learned()
    learned.rates.count(SEGMENT, launched=1_000, answered=0, now_s=3_600.0)
    return Pacer(learned)


def dialed(floor: Floor) -> int:
    return hopeless().calls(floor, [SEGMENT] * 100_000, 0.02, 100_000)


def test_where_nobody_answers_one_decision_dials_two_for_each_agent() -> None:
    assert hopeless().risk(Floor(idle=20)) < 0.02
    assert dialed(Floor(idle=20)) == AT_ONCE_PER_AGENT * 20


def test_no_more_ring_than_agents_could_have_to_do_with() -> None:
    ringing = [(SEGMENT, 20.0)] * (RINGING_PER_AGENT * 20 - 7)
    assert dialed(Floor(idle=20, ringing=ringing)) == 7
    assert dialed(Floor(idle=20, ringing=[*ringing, *ringing])) == 0


def test_probing_goes_on_until_people_were_heard_of() -> None:
    learned = Learned()
    cohorts = Cohorts(learned.rates, learned.ringing)
    for second in range(int(2 * PROBING_CALLS)):
        cohorts.launch(SEGMENT, float(second))
        cohorts.withdraw(SEGMENT, float(second))
    cohorts.fold(1_000.0)
    assert Pacer(learned).calls(Floor(idle=3), [SEGMENT] * 100, 0.5, 100) == 3
