"""The topic of alerts: what screens show is held against the limits of the house, once a second.

| kind | subject | value and limit |
|---|---|---|
| `longest_wait` | a queue | seconds |
| `waiting` | a queue | contacts |
| `service_level` | a queue | the share served in time of late, and the one promised |
| `nobody_ready` | a queue | seconds that somebody waits while no agent is ready |
| `wrap_up`, `not_ready`, `talk` | an agent | seconds in that state |
| `campaign_cap` | a campaign | the share of abandoned calls, and its cap |
| `no_trunk`, `calls_fail` | a campaign | |
| `away` | `pbx`, `database`, `bus`, `engine` | |

Alerts are in no ledger: whoever has that can raise them anew, and with other limits too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import TypeVar

from core.kernel.clock import microseconds, seconds
from core.model.agent import AgentState
from core.model.commands import DeskCommand
from core.model.hindrance import Hindrance
from core.model.ids import QueueName
from core.model.message import DomainEvent
from metrics.alerts import Alert, AlertBook, AlertRules, Measure, RecentService
from web.house import House
from web.limits import Limits, QueueLimits
from web.live.topic import AGENTS, ALERTS, CAMPAIGNS, QUEUES, Change, Topic
from web.times import moment
from web.views.floor import AgentView, AlertView, CampaignView, QueueView
from web.views.view import View

Rows = Callable[[Topic], Mapping[str, View]]
"""Gives the rows of a topic as they were last told."""
Missing = Callable[[], Mapping[str, str]]
"""Tells which parts of the program are away, and why."""

V = TypeVar("V", bound=View)

SURE = 1.0
"""The strain of what is wrong or not, and never half so."""
FAULTS = {
    Hindrance.TRUNKS: "no_trunk",
    Hindrance.TRUNKS_FAIL: "no_trunk",
    Hindrance.NOTHING_RINGS: "calls_fail",
}
"""The reasons for not dialing that somebody has to look after, by the alert they raise."""


class Alerts:
    """The fold of the topic."""

    topics = (ALERTS,)

    def __init__(self, house: House, rows: Rows, missing: Missing) -> None:
        self._house = house
        self._limits = house.limits
        self._rows = rows
        self._missing = missing
        self._book = AlertBook(AlertRules(critical_at=house.limits.critical_at))
        self._recent = RecentService(microseconds(house.limits.window_s))
        self._unserved_us: dict[str, int] = {}
        self._told: dict[str, None] = {}

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact: who was served in time."""
        card = self._house.queues.get(QueueName(getattr(event, "queue", "")))
        if card is not None:
            self._recent.add(event, microseconds(card.threshold_s))

    def show(self, command: DeskCommand) -> None:
        """Hear what an agent's screen shows: of no interest here."""

    def tick(self, now_us: int) -> None:
        """Judge how everything stands now."""
        self._book.judge(self._measures(now_us), now_us)

    def changes(self) -> Iterable[Change]:
        """Yield the alerts there are, and those that are over."""
        before, self._told = self._told, {}
        for (kind, subject), alert in tuple(self._book.alerts.items()):
            key = f"{kind}:{subject}"
            self._told[key] = None
            yield Change(ALERTS, key, _view(alert))
        for key in before:
            if key not in self._told:
                yield Change(ALERTS, key, None)

    # --- measuring ------------------------------------------------------------------------------------

    def _measures(self, now_us: int) -> Iterator[Measure]:
        now = moment(now_us)
        queues = chain.from_iterable(self._of_queue(view, now_us) for view in self._shown(QUEUES, QueueView))
        agents = (_of_agent(view, self._limits, now) for view in self._shown(AGENTS, AgentView))
        campaigns = chain.from_iterable(
            _of_campaign(view, self._limits) for view in self._shown(CAMPAIGNS, CampaignView)
        )
        away = (Measure("away", what, self._limits.critical_at) for what in self._missing())
        return chain(queues, (each for each in agents if each is not None), campaigns, away)

    def _shown(self, topic: Topic, kind: type[V]) -> Iterator[V]:
        return (view for view in self._rows(topic).values() if isinstance(view, kind))

    def _of_queue(self, view: QueueView, now_us: int) -> Iterator[Measure]:
        limits = self._limits.of(view.name)
        waited_s = _seconds_since(view.longest_since, moment(now_us))
        yield from _against("longest_wait", view.name, waited_s, limits.longest_wait_s)
        yield from _against("waiting", view.name, view.waiting, limits.waiting)
        yield from _against("nobody_ready", view.name, self._unserved_s(view, now_us), limits.nobody_ready_s)
        yield from self._service(view, limits, now_us)

    def _unserved_s(self, view: QueueView, now_us: int) -> float:
        """Return for how long somebody has waited there with no agent ready."""
        if not view.waiting or view.ready:
            self._unserved_us.pop(view.name, None)
            return 0
        return seconds(now_us - self._unserved_us.setdefault(view.name, now_us))

    def _service(self, view: QueueView, limits: QueueLimits, now_us: int) -> Iterator[Measure]:
        share = self._recent.share(view.name, now_us, self._limits.samples_min)
        if share is not None and limits.shortfall:
            strain = (view.target_share - share) / limits.shortfall
            yield Measure("service_level", view.name, strain, share, view.target_share)


def _of_agent(view: AgentView, limits: Limits, now: datetime) -> Measure | None:
    kind, limit_s = {
        AgentState.WRAP_UP: ("wrap_up", limits.wrap_up_s),
        AgentState.NOT_READY: ("not_ready", limits.not_ready_s),
        AgentState.ON_CONTACT: ("talk", limits.talk_s),
    }.get(AgentState(view.state), ("", 0))
    if not limit_s:
        return None
    lasted_s = _seconds_since(view.since, now)
    return Measure(kind, view.agent_id, lasted_s / limit_s, lasted_s, limit_s)


def _of_campaign(view: CampaignView, limits: Limits) -> Iterator[Measure]:
    if view.caps and limits.cap_share:
        tightest = max(view.caps, key=lambda cap: cap.share / cap.cap if cap.cap else 0)
        if tightest.cap:
            is_over = tightest.share >= tightest.cap
            strain = limits.critical_at if is_over else tightest.share / (tightest.cap * limits.cap_share)
            yield Measure("campaign_cap", view.name, strain, tightest.share, tightest.cap)
    for hindrance, kind in FAULTS.items():
        if hindrance in view.idle_because:
            yield Measure(kind, view.name, SURE)


def _against(kind: str, subject: str, value: float, limit: float) -> Iterator[Measure]:
    if limit:
        yield Measure(kind, subject, value / limit, value, limit)


def _seconds_since(since: datetime | None, now: datetime) -> float:
    return 0 if since is None else (now - since).total_seconds()


def _view(alert: Alert) -> AlertView:
    measure = alert.measure
    return AlertView(
        kind=measure.kind,
        subject=measure.subject,
        since=moment(alert.since_us),
        level=alert.level.value,
        value=measure.value,
        limit=measure.limit,
    )
