"""Figures of a day, against hand-counted ones."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from core.kernel.record import replace
from core.model.agent import AgentState
from core.model.contact import ContactState
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactArrived,
    ContactSentOn,
    InteractionRecorded,
)
from core.model.ids import AgentId, ContactId, LegId
from core.model.message import DomainEvent
from metrics.contacts import WAITS_UP_TO_S, ContactFigures, by_length
from metrics.day import DayFigures
from metrics.frame import Frame
from metrics.occupancy import Stretch, Stretches, TeamTime
from metrics.ratio import Ratio
from metrics.service_level import (
    ServiceLevelPolicy,
    WaitCounts,
    abandoned_share,
    count_waits,
    percentile,
    service_level,
    service_levels,
)
from metrics.summary import day_summary, plain
from metrics.time_lines import TimeLines
from routing.rules import QueueRules
from tests.unit.floor import CARDS, Floor

SECOND_US = 1_000_000


def test_nearest_rank_percentile() -> None:
    waits = [float(value) for value in range(1, 101)]
    assert (percentile(waits, 0.95), percentile(waits, 1.0), percentile([], 0.95)) == (95.0, 100.0, 0.0)
    assert percentile([7.0], 0.01) == 7.0


@pytest.mark.parametrize(
    ("policy", "share"),
    [
        (ServiceLevelPolicy.ALL_COUNT, 3 / 6),
        (ServiceLevelPolicy.ABANDONED_EXCLUDED, 3 / 4),
        (ServiceLevelPolicy.SHORT_ABANDONS_EXCLUDED, 3 / 5),
        (ServiceLevelPolicy.LATE_ABANDONS_ONLY, 3 / 4),
        (ServiceLevelPolicy.EARLY_ABANDONS_MET, 5 / 6),
    ],
)
def test_service_level_says_of_whom_it_is_a_share(policy: ServiceLevelPolicy, share: float) -> None:
    waits = WaitCounts(answered=4, in_time=3, abandoned=2, short=1, early=2)
    assert service_level(waits, policy).value == share
    assert service_level(WaitCounts(), policy).value is None


def test_one_hour_of_a_centre_has_five_service_levels() -> None:
    """1,000 answered, 860 of them within 20 s; 60 left, 20 of them within 20 s and 10 within 5 s."""
    answered_us = [20 * SECOND_US] * 860 + [21 * SECOND_US] * 140
    abandoned_us = [4 * SECOND_US] * 10 + [20 * SECOND_US] * 10 + [21 * SECOND_US] * 40
    waits = count_waits(answered_us, abandoned_us, in_time_us=20 * SECOND_US, short_us=5 * SECOND_US)
    percents = {name: round(100 * share, 1) for name, share in service_levels(waits).items() if share}
    assert percents == {
        "short_abandons_excluded": 81.9,
        "all_count": 81.1,
        "abandoned_excluded": 86.0,
        "late_abandons_only": 82.7,
        "early_abandons_met": 83.0,
    }
    assert abandoned_share(waits) == Ratio(50, 1050)


def test_wait_on_the_threshold_is_in_time_and_one_on_the_short_side_is_short() -> None:
    contacts = ContactFigures()
    contacts.answered_us.extend([5 * SECOND_US, 20 * SECOND_US, 20 * SECOND_US + 1])
    contacts.abandoned_us.extend([5 * SECOND_US - 1, 5 * SECOND_US])
    assert contacts.counts(Frame()) == WaitCounts(answered=3, in_time=2, abandoned=2, short=1, early=2)
    assert contacts.counts(Frame(threshold_s=4)).in_time == 0


def test_waits_fall_into_classes_up_to_and_including_their_upper_end() -> None:
    counts = by_length([0, 5 * SECOND_US, 5 * SECOND_US + 1, 601 * SECOND_US])
    assert (counts[0], counts[1], counts[-1], sum(counts)) == (2, 1, 1, 4)
    assert len(counts) == len(WAITS_UP_TO_S) + 1


# --- agents' time ---------------------------------------------------------------------------------


def change(at_s: int, old: AgentState, new: AgentState) -> AgentStateChanged:
    return AgentStateChanged(at_us=at_s * SECOND_US, agent_id=AgentId("ann"), old=old, new=new)


def test_occupancy_leaves_breaks_out_and_is_told_by_interval() -> None:
    time = TeamTime(Frame(duration_s=200, interval_s=100), {AgentId("ann"): "cards"})
    stretches = Stretches(time.add)
    stretches.add(change(0, AgentState.LOGGED_OUT, AgentState.NOT_READY))
    stretches.add(change(50, AgentState.NOT_READY, AgentState.READY))
    stretches.add(change(75, AgentState.READY, AgentState.ON_CONTACT))
    stretches.close(250 * SECOND_US)
    work = time.teams["cards"]
    assert [share.value for share in work.occupancies()] == [25 / 50, 1.0]
    assert work.occupancy().value == 125 / 150, "what comes after the day is not counted"
    assert [agents.value for agents in work.agents([100 * SECOND_US] * 2)] == [0.5, 1.0]
    assert time.everybody() == work


def test_warm_up_is_no_working_time() -> None:
    time = TeamTime(Frame(duration_s=200, interval_s=100, warm_up_s=150), {})
    ready = Stretch(agent_id=AgentId("ann"), state=AgentState.READY, reason="", from_us=0, to_us=10**9)
    time.add(ready)
    time.add(replace(ready, state=AgentState.NOT_READY))
    assert time.everybody().ready_us == [0, 50 * SECOND_US]
    assert Frame(duration_s=200, interval_s=100, warm_up_s=150).lengths_us() == [0, 50 * SECOND_US]


def test_intervals_of_odd_length_hold_the_whole_day() -> None:
    assert Frame(duration_s=1, interval_s=1 / 3).lengths_us() == [333_333, 333_333, 333_334]


def test_time_lines_keep_what_an_agent_did_while_there() -> None:
    lines = TimeLines()
    stretches = Stretches(lines.add)
    stretches.add(change(10, AgentState.LOGGED_OUT, AgentState.NOT_READY))
    stretches.add(change(10, AgentState.NOT_READY, AgentState.READY))
    stretches.add(change(20, AgentState.READY, AgentState.READY))
    stretches.add(change(30, AgentState.READY, AgentState.LOGGED_OUT))
    stretches.close(90 * SECOND_US)
    kept = [(stretch.state, stretch.from_us, stretch.to_us) for stretch in lines.of[AgentId("ann")]]
    assert kept == [(AgentState.READY, 10 * SECOND_US, 30 * SECOND_US)]


# --- a day ----------------------------------------------------------------------------------------


def figures_of(floor: Floor, frame: Frame | None = None, more: Iterable[DomainEvent] = ()) -> DayFigures:
    figures = DayFigures(frame)
    for event in [*floor.events(DomainEvent), *more]:
        figures.add(event)
    figures.close(floor.now_us)
    return figures


def three_callers() -> Floor:
    """One is answered after 4 s, one leaves after 30 s, one still waits; one after the other."""
    floor = Floor({"ann": 7})
    floor.ready("ann")
    floor.arrive("served", tier="platinum")
    floor.pass_s(4)
    floor.answer("ann")
    floor.arrive("leaves")
    floor.pass_s(30)
    floor.hang_up("leg-leaves")
    floor.arrive("waits")
    floor.pass_s(6)
    return floor


def test_day_of_three_callers() -> None:
    day = plain(day_summary(figures_of(three_callers())))
    assert (day["arrived"], day["offered"], day["answered"], day["abandoned"]) == (3, 3, 1, 1)
    assert day["tiers"]["platinum"]["mean_wait_s"] == 4.0
    assert day["tiers"]["platinum"]["mean_skill_level"] == 7.0
    assert day["tiers"]["standard"]["service_level"]["all_count"] == 0.0
    assert day["queues"]["cards"]["mean_wait_all_s"] == 17.0
    assert day["occupancy"] == 1.0


def test_rows_that_were_asked_for_are_there_even_if_nobody_came() -> None:
    day = plain(day_summary(figures_of(three_callers()), tiers=["gold"], queues=["loans"]))
    assert list(day["tiers"]) == ["gold", "platinum", "standard"]
    assert day["tiers"]["gold"]["offered"] == 0
    assert day["tiers"]["gold"]["mean_wait_s"] is None
    assert day["intervals"]["queues"]["loans"]["length_max"][0] == 0


def test_contact_belongs_to_the_interval_in_which_it_asked_for_the_queue() -> None:
    figures = figures_of(three_callers(), Frame(duration_s=60, interval_s=10))
    columns = plain(day_summary(figures))["intervals"]
    assert columns["all"]["offered"] == [2, 0, 0, 1, 0, 0]
    assert columns["tiers"]["standard"]["abandoned"] == [1, 0, 0, 0, 0, 0]
    assert columns["all"]["service_level"] == [0.5, None, None, None, None, None]


def test_length_of_the_line_is_a_mean_over_time_and_a_greatest() -> None:
    length = figures_of(three_callers(), Frame(duration_s=60, interval_s=10)).lengths["cards"]
    assert length.longest == [1, 1, 1, 1, 0, 0]
    assert [mean.value for mean in length.means()[:4]] == [1.0, 1.0, 1.0, 1.0]
    assert length.length == 1


def test_who_arrived_in_the_warm_up_stands_in_line_and_in_no_figure() -> None:
    figures = figures_of(three_callers(), Frame(duration_s=60, interval_s=10, warm_up_s=20))
    assert (figures.arrived, figures.of().offered, figures.of().abandoned) == (1, 1, 0)
    assert figures.lengths["cards"].longest == [0, 0, 1, 1, 0, 0]


def test_finished_talk_counts_as_handled_with_its_wrap_up() -> None:
    floor = three_callers()
    floor.hang_up("leg-served")
    floor.fire("wrap_up", "ann")
    total = figures_of(floor).of()
    assert total.mean_handle_s == Ratio(36 + 30, 1)


def test_who_finds_the_line_full_is_blocked() -> None:
    floor = Floor({"ann": 7}, queue=QueueRules(name=CARDS.name, length_max=1))
    floor.arrive("first")
    floor.arrive("second")
    total = figures_of(floor).of()
    assert (total.offered, total.blocked, total.abandoned) == (2, 1, 0)


def test_who_was_sent_on_while_waiting_went_elsewhere() -> None:
    floor = Floor({})
    contact = floor.arrive("patient")
    floor.hear(ContactSentOn(at_us=floor.now_us, contact_id=contact.contact_id, number="5551000"))
    total = figures_of(floor).of()
    assert (total.offered, total.elsewhere) == (1, 1)


def test_who_hung_up_in_the_menu_asked_for_no_queue() -> None:
    arrived = ContactArrived(
        at_us=0, contact_id=ContactId("C"), leg_id=LegId("leg"), caller_number="", dialed_number=""
    )
    left = ContactAbandoned(
        at_us=5, contact_id=ContactId("C"), queue="", tier="standard", stage="ivr", waited_us=0
    )
    figures = figures_of(Floor({}), more=[arrived, left])
    assert (figures.arrived, figures.left_in_ivr, figures.of().offered) == (1, 1, 0)


def test_whom_the_menu_served_asked_for_no_queue_either() -> None:
    arrived = ContactArrived(
        at_us=0, contact_id=ContactId("C"), leg_id=LegId("leg"), caller_number="", dialed_number=""
    )
    served = InteractionRecorded(
        at_us=9,
        contact_id=ContactId("C"),
        customer_id="",
        caller_number="",
        queue="",
        tier="standard",
        outcome=ContactState.CLOSED,
        agent_id="",
        disposition="",
        ended_by="customer",
        arrived_us=0,
        ivr_us=9,
        queue_us=0,
        talk_us=0,
        wrap_up_us=0,
        offers=0,
    )
    figures = figures_of(Floor({}), more=[arrived, served])
    assert (figures.arrived, figures.left_in_ivr, figures.done_in_ivr) == (1, 0, 1)
