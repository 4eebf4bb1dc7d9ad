"""The agents: they log in, answer their phones, talk, wrap up, take breaks and go home.

`Workforce` is the `Desk` port of the simulated world: it is shown what a real screen would show and
asks for what a real person would ask. It knows an agent's phone from the exchange and the agent's state
from the screen, and nothing of how either came about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from core.kernel.clock import microseconds
from core.kernel.rng import Streams
from core.model.agent import AgentState
from core.model.commands import DeskCommand, PopScreen, ShowAgentState
from core.model.ids import AgentId
from core.model.requests import AgentRequest, FinishWrapUp, GoNotReady, GoReady, LogIn, LogOut
from core.ports import Sink
from simulator.channel import Bridge, Channel
from simulator.draws import happens
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import Reach, Reaction
from simulator.scenario import Scenario
from simulator.staffing import AgentPlan, Break, Service


@dataclass(slots=True, eq=False, kw_only=True)
class Worker:
    """One agent at a desk: what the screen shows, and what the person is up to.

    `pause` is the break the person wants or has; `leaving` is true from the end of the shift.
    """

    plan: AgentPlan
    agent_id: AgentId
    state: AgentState = AgentState.LOGGED_OUT
    since_us: int = -1
    queue: str = ""
    tier: str = ""
    been_ready: bool = False
    pause: Break | None = None
    leaving: bool = False
    requests: int = 0


class Workforce(PbxListener):
    """Everybody who works; requests go to `sink`."""

    def __init__(self, exchange: Exchange, scenario: Scenario, streams: Streams, sink: Sink) -> None:
        self._exchange = exchange
        self._scenario = scenario
        self._habits = scenario.workforce
        self._streams = streams
        self._sink = sink
        self._origin_us = 0
        self._workers = {
            AgentId(plan.id): Worker(plan=plan, agent_id=AgentId(plan.id)) for plan in scenario.agents
        }
        self._by_extension = {worker.plan.extension: worker for worker in self._workers.values()}
        for extension, worker in self._by_extension.items():
            exchange.phones.add(extension, partial(self._rung, worker))
        exchange.watch(self)

    def start(self) -> None:
        """Plan everybody's day, beginning now."""
        self._origin_us = self._exchange.now_us()
        for worker in self._workers.values():
            self._exchange.after(microseconds(worker.plan.from_s), partial(self._come, worker))
            if worker.plan.until_s is not None:
                self._exchange.after(microseconds(worker.plan.until_s), partial(self._leave, worker))
            for pause in worker.plan.breaks:
                self._exchange.after(microseconds(pause.at_s), partial(self._want_break, worker, pause))

    # --- the screen ----------------------------------------------------------------------------------

    def show(self, command: DeskCommand) -> None:
        """Let the agent read `command`, and act on it in a moment; see `core.ports.Desk`."""
        worker = self._workers.get(command.agent_id)
        if worker is None:
            return
        match command:
            case PopScreen():
                worker.queue, worker.tier = command.queue, command.tier
            case ShowAgentState():
                self._read_state(worker, command)
            case _:
                pass

    def _read_state(self, worker: Worker, shown: ShowAgentState) -> None:
        if (worker.state, worker.since_us) == (shown.state, shown.since_us):
            return  # the same stretch shown again: a wish was noted
        worker.state, worker.since_us = shown.state, shown.since_us
        match shown.state:
            case AgentState.NOT_READY:
                self._away(worker)
            case AgentState.READY:
                worker.been_ready = True
            case AgentState.WRAP_UP:
                self._wrap_up(worker)
            case _:
                pass

    def _away(self, worker: Worker) -> None:
        """Sit out the break, or go ready: soon after logging in, later after a missed call."""
        if worker.leaving:
            self._ask(worker, LogOut)
        elif worker.pause is not None:
            self._exchange.after(microseconds(worker.pause.for_s), partial(self._end_break, worker))
        else:
            habit = self._habits.comes_back if worker.been_ready else self._habits.settles_in
            delay_us = habit.draw_us(self._streams.stream("away"))
            self._exchange.after(delay_us, partial(self._while_in, worker, worker.since_us, GoReady))

    def _wrap_up(self, worker: Worker) -> None:
        service = self._service(worker)
        delay_us = service.wrap_up.draw_us(self._streams.stream("wrap_up"))
        finish = partial(FinishWrapUp, disposition=service.disposition)
        self._exchange.after(delay_us, partial(self._while_in, worker, worker.since_us, finish))

    def _while_in(self, worker: Worker, since_us: int, wish: Callable[..., AgentRequest]) -> None:
        """Ask for `wish` unless the state has changed since, or something else is wanted by now."""
        if worker.since_us == since_us and not (worker.pause and worker.state is AgentState.NOT_READY):
            self._ask(worker, wish)

    # --- the day -------------------------------------------------------------------------------------

    def _come(self, worker: Worker) -> None:
        self._ask(worker, partial(LogIn, extension=worker.plan.extension))

    def _leave(self, worker: Worker) -> None:
        worker.leaving = True
        self._ask(worker, LogOut)

    def _want_break(self, worker: Worker, pause: Break) -> None:
        if worker.state is AgentState.LOGGED_OUT or worker.leaving:
            return
        worker.pause = pause
        self._ask(worker, partial(GoNotReady, reason=pause.reason))

    def _end_break(self, worker: Worker) -> None:
        worker.pause = None
        if not worker.leaving:
            self._ask(worker, GoReady)

    def _ask(self, worker: Worker, wish: Callable[..., AgentRequest]) -> None:
        worker.requests += 1
        request_id = f"{worker.agent_id}-{worker.requests}"
        self._sink(wish(at_us=self._exchange.now_us(), request_id=request_id, agent_id=worker.agent_id))

    # --- the phone -----------------------------------------------------------------------------------

    def _rung(self, worker: Worker) -> Reaction:
        elapsed_us = self._exchange.now_us() - self._origin_us
        for fault in self._scenario.faults:
            hits = fault.extension == worker.plan.extension
            if hits and microseconds(fault.from_s) <= elapsed_us < microseconds(fault.until_s):
                return Reaction(fault.reach, self._exchange.ring_us)
        if happens(self._habits.misses, self._streams.stream("misses")):
            return Reaction(Reach.IGNORE)
        return Reaction(Reach.ANSWER, self._habits.answers.draw_us(self._streams.stream("answers")))

    def bridge_entered(self, bridge: Bridge, channel: Channel) -> None:
        """Talk as long as the matter takes, once both are there; then one of the two hangs up."""
        if len(bridge.channels) != 2:
            return
        for party in bridge.channels:
            worker = self._by_extension.get(party.address)
            if worker is not None:
                self._talk(worker, party, bridge)
                return

    def _talk(self, worker: Worker, own: Channel, bridge: Bridge) -> None:
        service = self._service(worker)
        talk_us = service.talk.draw_us(self._streams.stream("talk"))
        customer_ends = happens(service.customer_ends, self._streams.stream("who_hangs_up"))
        leaver = own.peers()[0] if customer_ends else own
        self._exchange.after(talk_us, partial(self._part, leaver, bridge))

    def _part(self, leaver: Channel, bridge: Bridge) -> None:
        if leaver.bridge is bridge:
            self._exchange.leave(leaver)

    def _service(self, worker: Worker) -> Service:
        return self._scenario.service_of(worker.queue, worker.tier)
