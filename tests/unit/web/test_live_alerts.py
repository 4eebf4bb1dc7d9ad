"""Alerts on screens: what is shown of queues, agents and campaigns, held against the limits of the house."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.clock import SECOND_US
from core.model.hindrance import Hindrance
from core.model.ids import QueueName
from tests.services.clocks import NOON_US
from tests.unit.metrics.test_alerts import answered
from web.house import House, QueueCard
from web.limits import Limits, QueueLimits
from web.live.alerts import Alerts
from web.live.topic import AGENTS, CAMPAIGNS, QUEUES, Topic
from web.times import moment
from web.views.floor import AgentView, AlertView, CampaignView, CapView, QueueView
from web.views.view import View

SALES = QueueName("sales")
LIMITS = Limits(
    queue=QueueLimits(longest_wait_s=60, waiting=5, shortfall=0.1, nobody_ready_s=30),
    queues={QueueName("vip"): QueueLimits(longest_wait_s=10)},
    wrap_up_s=300,
    not_ready_s=600,
    talk_s=1_800,
    cap_share=0.8,
    samples_min=2,
)


class Board:
    """What screens show, and the alerts that come of it."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, View]] = {}
        self.away: dict[str, str] = {}
        self.now_us = NOON_US
        house = House(queues={SALES: QueueCard(name=SALES, target_share=0.8)}, limits=LIMITS)
        self.fold = Alerts(house, self._shown, lambda: self.away)
        self.alerts: dict[str, AlertView] = {}

    def _shown(self, topic: Topic) -> dict[str, View]:
        return self.rows.get(topic.name, {})

    def show(self, topic: Topic, view: View) -> None:
        self.rows.setdefault(topic.name, {})["one"] = view

    def queue(self, name: str = SALES, **parts: Any) -> None:
        self.show(QUEUES, QueueView(name=name, threshold_seconds=20, target_share=0.8, **parts))

    def agent(self, state: str, since_s: int) -> None:
        since = moment(self.now_us - since_s * SECOND_US)
        self.show(AGENTS, AgentView(agent_id="ann", name="Ann", state=state, since=since))

    def after(self, seconds: int = 0) -> list[str]:
        """Let time pass and return the keys of the alerts there are by then."""
        self.now_us += seconds * SECOND_US
        self.fold.tick(self.now_us)
        for change in self.fold.changes():
            if change.view is None:
                del self.alerts[change.key]
            else:
                assert isinstance(change.view, AlertView)
                self.alerts[change.key] = change.view
        return list(self.alerts)


@pytest.fixture
def board() -> Board:
    return Board()


def test_longest_wait_is_held_against_the_limit_of_its_queue(board: Board) -> None:
    board.queue(waiting=1, ready=1, longest_since=moment(board.now_us))
    assert board.after(59) == []
    assert board.after(1) == ["longest_wait:sales"]
    alert = board.alerts["longest_wait:sales"]
    assert (alert.kind, alert.subject, alert.level) == ("longest_wait", "sales", "warning")
    assert (alert.value, alert.limit, alert.since) == (60.0, 60.0, moment(board.now_us))
    board.after(60)
    assert board.alerts["longest_wait:sales"].level == "critical"


def test_queue_with_limits_of_its_own_has_those_alone(board: Board) -> None:
    board.queue("vip", waiting=9, ready=1, longest_since=moment(board.now_us))
    assert board.after(10) == ["longest_wait:vip"]


def test_too_many_waiting(board: Board) -> None:
    board.queue(waiting=5, ready=1, longest_since=moment(board.now_us))
    assert board.after() == ["waiting:sales"]


def test_nobody_ready_counts_only_while_somebody_waits(board: Board) -> None:
    board.queue(waiting=1, ready=0, longest_since=moment(board.now_us))
    assert board.after() == []
    assert board.after(29) == []
    board.queue(waiting=1, ready=1, longest_since=moment(board.now_us))
    assert board.after(1) == []
    board.queue(waiting=1, ready=0, longest_since=moment(board.now_us))
    board.after()
    assert board.after(30) == ["nobody_ready:sales"]


def test_service_of_late_below_what_is_promised(board: Board) -> None:
    board.queue()
    for at_s, waited_s in ((1, 10), (2, 30), (3, 40)):
        event = answered(NOON_US // SECOND_US + at_s, waited_s)
        board.fold.add(event)
    assert board.after(5) == ["service_level:sales"]
    alert = board.alerts["service_level:sales"]
    assert (alert.level, alert.value, alert.limit) == ("critical", pytest.approx(1 / 3), 0.8)
    assert board.after(900) == []


@pytest.mark.parametrize(
    ("state", "kind", "limit_s"),
    [("wrap_up", "wrap_up", 300), ("not_ready", "not_ready", 600), ("on_contact", "talk", 1_800)],
)
def test_agent_too_long_in_a_state(board: Board, state: str, kind: str, limit_s: int) -> None:
    board.agent(state, since_s=limit_s - 1)
    assert board.after() == []
    board.agent(state, since_s=limit_s)
    assert board.after() == [f"{kind}:ann"]
    board.agent("ready", since_s=10 * limit_s)
    assert board.after(20) == []


@pytest.mark.parametrize(("share", "level"), [(0.023, None), (0.024, "warning"), (0.03, "critical")])
def test_campaign_near_its_cap(board: Board, share: float, level: str | None) -> None:
    cap = CapView(rule="uk", window="day", answered=1_000, abandoned=24, share=share, upper=1, cap=0.03)
    board.show(CAMPAIGNS, CampaignView(name="spring", state="running", caps=(cap,)))
    keys = board.after()
    assert keys == ([] if level is None else ["campaign_cap:spring"])
    assert [alert.level for alert in board.alerts.values()] == ([] if level is None else [level])


@pytest.mark.parametrize(
    ("hindrance", "kind"),
    [
        (Hindrance.TRUNKS, "no_trunk"),
        (Hindrance.TRUNKS_FAIL, "no_trunk"),
        (Hindrance.NOTHING_RINGS, "calls_fail"),
    ],
)
def test_campaign_whose_calls_do_not_get_out(board: Board, hindrance: Hindrance, kind: str) -> None:
    board.show(CAMPAIGNS, CampaignView(name="spring", state="running", idle_because=(hindrance.value,)))
    assert board.after() == [f"{kind}:spring"]


def test_lost_link_is_critical_until_it_is_back(board: Board) -> None:
    board.away["pbx"] = "the link is down"
    assert board.after() == ["away:pbx"]
    assert board.alerts["away:pbx"].level == "critical"
    board.away.clear()
    assert board.after(20) == []


def test_house_without_limits_is_never_alerted() -> None:
    board = Board()
    board.fold = Alerts(House(), board._shown, dict)
    board.queue(waiting=1_000, longest_since=moment(NOON_US))
    board.agent("wrap_up", since_s=86_400)
    assert board.after(86_400) == []
