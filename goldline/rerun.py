"""A recorded day as a scenario: the same callers and agents, ready to meet whatever rules.

What the recording leaves open is completed, by key, so that two sets of rules meet the same completion:
how long those would have waited who were answered first (`simulator.survival`, given that they waited as
long as they did), and what work those would have been who left. One seed is one completion.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from core.kernel.clock import SECOND_US, seconds
from core.kernel.errors import ConfigError
from core.kernel.rng import KeyedDraws
from core.model.agent import AgentProfile
from core.model.ids import AgentId
from goldline.config import Config, IvrSection
from goldline.recorded_day import RecordedCall, RecordedDay, Way, Work
from goldline.recorded_shifts import Shift
from ivr.flow import Flow
from ivr.nodes import Enqueue, Lookup, NodeName
from ivr.prompts import PROMPT_SETS
from simulator.demand import CustomerGroup, TracedArrivals
from simulator.draws import Constant, Duration, Empirical
from simulator.scenario import Scenario
from simulator.staffing import AgentHabits, AgentPlan, Break, Service
from simulator.survival import SurvivalCurve, product_limit
from simulator.telephony import Telephony
from simulator.trace import Arrival

LEAVERS_MIN = 50
"""Callers of a tier who left, from which on the tier has a patience of its own and not that of all."""
FOREVER_US = 10**12
"""The patience where nobody ever left: eleven days."""
EVERY = "*"
"""Every tier, or every queue: no name of one."""
ABSENT = "recorded_absence"
"""The reason of every absence; it is allowed under whatever rules."""
AT_ONCE = Telephony(command_s=0, bridge_s=0, ring_s=0)
"""The telephone system took its time when the day was recorded: it is in what was recorded."""
_NOTHING = Constant(value_s=0)
_UNSEEN = ("patience", "rings", "work")
"""What is drawn, each from draws of its own."""


class Completion:
    """Fills in what the calls of a day did not show; raises `ConfigError` where nobody was served."""

    def __init__(self, calls: Sequence[RecordedCall]) -> None:
        self._calls = calls
        self._patience = _patience_by_tier(calls)
        self._rings_us = sorted(_rings_us(calls))
        self._work = _work_by_queue(calls)
        if not self._work:
            raise ConfigError("the recorded day", f"{len(calls)} calls", "one on which somebody was served")

    def arrivals(self, origin_us: int, seed: int) -> list[Arrival]:
        """Return the calls from `origin_us` on, as they are completed under `seed`."""
        numbers = {way: number for number, way in ways_by_number(self._calls).items()}
        places = _places(self._calls)
        patience, rings, work = (KeyedDraws(seed, f"recorded/{what}") for what in _UNSEEN)
        arrivals = []
        for serial, call in enumerate(self._calls):
            effort = call.work or self._drawn_work(call, work, serial)
            arrivals.append(
                Arrival(
                    at_us=call.asked_us - origin_us,
                    dialed_number=numbers[call.way],
                    customers=_group(call.tier),
                    customer=places[call.tier][call.caller],
                    patience_us=self._patience_us(call, patience, serial),
                    missed=call.missed,
                    answer_us=self._answer_us(call, rings, serial),
                    talk_us=effort.talk_us,
                    wrap_up_us=effort.wrap_up_us,
                )
            )
        return arrivals

    def _patience_us(self, call: RecordedCall, draws: KeyedDraws, serial: int) -> int:
        if call.left:
            return call.waited_us
        curve = self._patience.get(call.tier) or self._patience.get(EVERY)
        return FOREVER_US if curve is None else curve.draw_us(draws.of(serial), call.waited_us)

    def _answer_us(self, call: RecordedCall, draws: KeyedDraws, serial: int) -> int | None:
        """Return how long a phone rings for the call; longer than it did where that was not long enough."""
        if call.rang_us is None or not call.left:
            return call.rang_us
        longer = self._rings_us[bisect_right(self._rings_us, call.rang_us) :]
        return longer[int(draws.of(serial).random() * len(longer))] if longer else call.rang_us + SECOND_US

    def _drawn_work(self, call: RecordedCall, draws: KeyedDraws, serial: int) -> Work:
        seen = self._work.get(call.way.queue) or self._work[EVERY]
        return seen[int(draws.of(serial).random() * len(seen))]


def rerun_scenario(
    day: RecordedDay, arrivals: Sequence[Arrival], agents: Mapping[AgentId, AgentProfile]
) -> Scenario:
    """Return the day with its calls completed to `arrivals`, worked by `agents`."""
    return Scenario(
        schema=1,
        engine_config="",
        name="recorded day",
        duration_s=seconds(day.end_us - day.origin_us),
        arrivals=(TracedArrivals(dialed_number="", trace=arrivals),),
        customers=tuple(
            CustomerGroup(weight=1, name=_group(tier), tier=tier, count=len(places))
            for tier, places in _places(day.calls).items()
        ),
        agents=tuple(_plan(shift, agents[shift.agent_id], day.origin_us) for shift in day.shifts),
        service=(Service(talk=_NOTHING, wrap_up=_NOTHING),),
        workforce=_habits(day),
        telephony=AT_ONCE,
    )


def rerun_config(config: Config, calls: Iterable[RecordedCall]) -> Config:
    """Return `config` with a straight way to each queue in place of the menus.

    Raises `ConfigError` where a queue is missing that callers asked for.
    """
    ways = ways_by_number(calls)
    for way in ways.values():
        if way.queue not in config.queues:
            raise ConfigError("queues", ", ".join(config.queues), f"callers asked for the queue {way.queue}")
    names = {number: _flow_name(number) for number in ways}
    reasons = (*config.rules.not_ready_reasons, ABSENT)
    return config.model_copy(
        update={
            "ivr": IvrSection(flows=list(names.values()), default=next(iter(names.values())), numbers=names),
            "rules": config.rules.model_copy(update={"not_ready_reasons": reasons}),
        }
    )


def rerun_flows(calls: Iterable[RecordedCall]) -> dict[str, Flow]:
    """Return the flows that `rerun_config` names: the customer is looked up and stands in line."""
    return {_flow_name(number): _straight(number, way) for number, way in ways_by_number(calls).items()}


def ways_by_number(calls: Iterable[RecordedCall]) -> dict[str, Way]:
    """Return the ways that were taken, by the number that leads there when the day is run again."""
    ways = dict.fromkeys(call.way for call in calls)
    return {str(number): way for number, way in enumerate(ways, start=1)}


def _straight(number: str, way: Way) -> Flow:
    who, line = NodeName("who"), NodeName("line")
    skills = {need.skill: need.minimum for need in way.requirements}
    return Flow(
        name=_flow_name(number),
        start=who,
        nodes={who: Lookup(next=line), line: Enqueue(queue=way.queue, skills=skills)},
        prompts={"en": PROMPT_SETS["en"]},
    )


def _flow_name(number: str) -> str:
    return f"way-{number}"


# --- callers ------------------------------------------------------------------------------------------


def _group(tier: str) -> str:
    return f"tier:{tier}"


def _places(calls: Iterable[RecordedCall]) -> dict[str, dict[str, int]]:
    """Return the people of each tier, each with a place of their own."""
    places: dict[str, dict[str, int]] = {}
    for call in calls:
        people = places.setdefault(call.tier, {})
        people.setdefault(call.caller, len(people))
    return places


def _patience_by_tier(calls: Iterable[RecordedCall]) -> dict[str, SurvivalCurve]:
    """Return the patience of each tier that shows its own, and that of everybody, unless nobody left."""
    waits: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for call in calls:
        for group in (call.tier, EVERY):
            waits[group].append((call.waited_us, call.left))
    return {
        group: product_limit(own)
        for group, own in waits.items()
        if sum(left for _, left in own) >= (1 if group == EVERY else LEAVERS_MIN)
    }


def _work_by_queue(calls: Iterable[RecordedCall]) -> dict[str, list[Work]]:
    """Return what work the served were, of each queue and of every one."""
    work: dict[str, list[Work]] = defaultdict(list)
    for call in calls:
        if call.work is not None:
            work[call.way.queue].append(call.work)
            work[EVERY].append(call.work)
    return dict(work)


# --- agents -------------------------------------------------------------------------------------------


def _plan(shift: Shift, agent: AgentProfile, origin_us: int) -> AgentPlan:
    return AgentPlan(
        id=shift.agent_id,
        name=agent.name,
        extension=f"PJSIP/{shift.agent_id}",
        skills=dict(agent.skills),
        capacity=dict(agent.capacity),
        from_s=seconds(shift.from_us - origin_us),
        until_s=None if shift.until_us is None else seconds(shift.until_us - origin_us),
        breaks=tuple(
            Break(at_s=seconds(absence.at_us - origin_us), for_s=seconds(absence.for_us), reason=ABSENT)
            for absence in shift.absences
        ),
        standing=shift.standing,
    )


def _habits(day: RecordedDay) -> AgentHabits:
    answers = _seen(_rings_us(day.calls))
    return AgentHabits(answers=answers, settles_in=_NOTHING, comes_back=_seen(day.returns_us))


def _rings_us(calls: Iterable[RecordedCall]) -> list[int]:
    """Return how long phones rang that were answered."""
    return [call.rang_us for call in calls if call.rang_us is not None and not call.left]


def _seen(durations_us: Sequence[int]) -> Duration:
    values_s = tuple(seconds(duration_us) for duration_us in durations_us)
    return Empirical(kind="empirical", values_s=values_s) if values_s else _NOTHING
