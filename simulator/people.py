"""The agents: they log in, answer their phones, talk, wrap up, take breaks and go home.

`Workforce` is the `Desk` port of the simulated world: it is shown what a real screen would show and
asks for what a real person would ask. It knows an agent's phone from the exchange and the agent's state
from the screen, and nothing of how either came about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.rng import Streams
from core.model.agent import AgentState
from core.model.commands import ClearScreen, DeskCommand, PopScreen, ShowAgentState
from core.model.contact import VOICE
from core.model.ids import AgentId
from core.model.requests import (
    FinishWrapUp,
    GoNotReady,
    GoReady,
    HangUpContact,
    LogOut,
    PreviewDial,
    PreviewSkip,
)
from core.ports import Sink
from simulator.callers import Callers
from simulator.channel import Bridge, Channel
from simulator.crew import Crew
from simulator.desk_work import DeskWork
from simulator.draws import happens
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import Reach, Reaction
from simulator.proficiency import Talents
from simulator.scenario import Scenario
from simulator.senders import PieceOf
from simulator.staffing import Break, Service
from simulator.worker import Wish, Worker

SKIPPED = "not_now"
"""Why they pass over leads."""
ASKS_AGAIN_US = SECOND_US
"""How long a wish on the screen may take until somebody clicks again."""


class Workforce(PbxListener):
    """Everybody who works; requests go to `sink`."""

    def __init__(
        self,
        exchange: Exchange,
        scenario: Scenario,
        callers: Callers,
        piece_of: PieceOf,
        streams: Streams,
        sink: Sink,
    ) -> None:
        self._exchange = exchange
        self._desk_work = DeskWork(exchange, scenario, piece_of)
        self._callers = callers
        self._scenario = scenario
        self._habits = scenario.workforce
        self._streams = streams
        self._talents = Talents(scenario.proficiency)
        self._origin_us = 0
        self._idle_watchers: list[Callable[[], None]] = []
        self._readers: dict[type[DeskCommand], Callable[[Worker, Any], None]] = {
            PopScreen: self._read_pop,
            ClearScreen: self._read_clear,
            ShowAgentState: self._read_state,
        }
        self._lives: dict[AgentState, Callable[[Worker, ShowAgentState], None]] = {
            AgentState.NOT_READY: self._away,
            AgentState.READY: self._ready,
            AgentState.RESERVED: self._reserved,
            AgentState.WRAP_UP: self._wrap_up,
            AgentState.LOGGED_OUT: self._gone,
        }
        self._services: dict[tuple[str, str, AgentId], Service] = {}
        workers = [Worker(plan, exchange.now_us, sink) for plan in scenario.staff]
        self._workers = {worker.agent_id: worker for worker in workers}
        self._crews = {
            team.name: Crew([self._workers[AgentId(member.id)] for member in team.members()])
            for team in scenario.teams
        }
        self._by_extension = {worker.plan.extension: worker for worker in workers}
        for extension, worker in self._by_extension.items():
            exchange.phones.add(extension, partial(self._rung, worker))
        exchange.watch(self)

    def start(self) -> None:
        """Plan everybody's day, beginning now."""
        self._origin_us = self._exchange.now_us()
        for team in self._scenario.teams:
            for at_s, count in team.changes():
                self._exchange.after(microseconds(at_s), partial(self._crews[team.name].want, count))
        for plan in self._scenario.agents:
            self._plan_shift(self._workers[AgentId(plan.id)])

    def _plan_shift(self, worker: Worker) -> None:
        plan = worker.plan
        self._exchange.after(microseconds(plan.from_s), worker.come)
        if plan.until_s is not None:
            self._exchange.after(microseconds(plan.until_s), worker.leave)
        for pause in plan.breaks:
            self._exchange.after(microseconds(pause.at_s), partial(self._want_break, worker, pause))

    def watch_idle(self, look: Callable[[], None]) -> None:
        """Let `look` run whenever somebody has become ready."""
        self._idle_watchers.append(look)

    def count_idle(self, agent_ids: Iterable[AgentId]) -> int:
        """Return how many of these agents are ready and have nothing to do."""
        return sum(self._workers[agent_id].state is AgentState.READY for agent_id in agent_ids)

    def hand_over(self, agent_id: AgentId) -> None:
        """Let somebody real sit down in the agent's place: from now on only the phone is simulated.

        Of an agent who is none nobody takes the place: whoever asks is refused by the engine.
        """
        if agent_id in self._workers:
            self._workers[agent_id].by_hand = True

    def stands_by(self, channel: Channel) -> bool:
        """Tell whether the channel is the call of an agent that stands and waits for somebody to talk to."""
        worker = self._by_extension.get(channel.address)
        return worker is not None and worker.plan.standing and channel.is_up and channel.bridge is None

    # --- the screen ----------------------------------------------------------------------------------

    def show(self, command: DeskCommand) -> None:
        """Let the agent read `command`, and act on it in a moment; see `core.ports.Desk`."""
        worker = self._workers.get(command.agent_id)
        read = self._readers.get(type(command))
        if worker is not None and read is not None:
            read(worker, command)

    def _read_pop(self, worker: Worker, shown: PopScreen) -> None:
        if shown.channel == VOICE:
            worker.queue, worker.tier = shown.queue, shown.tier
        else:
            self._desk_work.pop(worker, shown)

    def _read_clear(self, worker: Worker, shown: ClearScreen) -> None:
        self._desk_work.clear(worker, shown.contact_id)

    def _read_state(self, worker: Worker, shown: ShowAgentState) -> None:
        if shown.work:
            self._desk_work.read(worker, shown)
        live = self._lives.get(shown.state)
        if worker.read(shown) and live is not None:
            live(worker, shown)

    def _ready(self, worker: Worker, shown: ShowAgentState) -> None:
        worker.been_ready = True
        for look in self._idle_watchers:
            self._exchange.after(0, look)

    def _gone(self, worker: Worker, shown: ShowAgentState) -> None:
        if worker.plan.team in self._crews:
            self._crews[worker.plan.team].balance()

    def _away(self, worker: Worker, shown: ShowAgentState) -> None:
        """Sit out the break, or go ready: soon after logging in, later after a missed call."""
        if shown.until_us:
            return  # the engine makes them ready again by itself
        if worker.leaving:
            worker.ask(LogOut)
        elif worker.pause is not None:
            end_break = partial(self._end_break, worker, worker.pause)
            self._exchange.after(microseconds(worker.pause.for_s), end_break)
        else:
            habit = self._habits.comes_back if worker.been_ready else self._habits.settles_in
            delay_us = habit.draw_us(self._streams.stream("away"))
            self._exchange.after(delay_us, partial(self._while_in, worker, worker.stretch, GoReady))

    def _reserved(self, worker: Worker, shown: ShowAgentState) -> None:
        """Look at a lead before it is called, and have it called or pass it over; else the phone rings."""
        if PreviewDial.__name__ not in shown.legal:
            return
        draws = self._streams.stream("looks")
        wish = partial(PreviewSkip, reason=SKIPPED) if happens(self._habits.skips, draws) else PreviewDial
        look = partial(self._while_in, worker, worker.stretch, wish)
        self._exchange.after(self._habits.looks.draw_us(draws), look)

    def _wrap_up(self, worker: Worker, shown: ShowAgentState) -> None:
        service = self._service(worker)
        usual, call = service.wrap_up, worker.call
        work_us = call.wrap_up_us(usual) if call else usual.draw_us(self._streams.stream("wrap_up"))
        finish = partial(FinishWrapUp, disposition=self._outcome(worker, service))
        after_us = self._paced(work_us, worker, service)
        self._exchange.after(after_us, partial(self._while_in, worker, worker.stretch, finish))

    def _outcome(self, worker: Worker, service: Service) -> str:
        """Return what the agent enters; who was not helped will find out."""
        if worker.call is not None and service.dispositions:
            return worker.call.result(service.dispositions)
        if not service.skill or worker.call is None:
            return service.disposition
        if worker.call.is_settled(self._talents.of(worker.plan, service.skill).resolution):
            return self._scenario.proficiency.settled
        self._callers.left_unsettled(worker.call)
        return self._scenario.proficiency.unsettled

    def _while_in(self, worker: Worker, stretch: int, wish: Wish) -> None:
        """Ask for `wish` unless the state has changed since, or something else is wanted by now."""
        if worker.stretch == stretch and not (worker.pause and worker.state is AgentState.NOT_READY):
            worker.ask(wish)

    # --- the day -------------------------------------------------------------------------------------

    def _want_break(self, worker: Worker, pause: Break) -> None:
        if worker.state is AgentState.LOGGED_OUT or worker.leaving:
            return
        worker.pause = pause
        worker.ask(partial(GoNotReady, reason=pause.reason))

    def _end_break(self, worker: Worker, pause: Break) -> None:
        """Go back to work, unless the next break has begun already."""
        if worker.pause is not pause:
            return
        worker.pause = None
        if not worker.leaving:
            worker.ask(GoReady)

    # --- the phone -----------------------------------------------------------------------------------

    def _rung(self, worker: Worker, peer: str) -> Reaction:
        if worker.by_hand:
            return Reaction(Reach.IGNORE)  # it is picked up from the screen
        elapsed_us = self._exchange.now_us() - self._origin_us
        for fault in self._scenario.faults:
            hits = fault.extension == worker.plan.extension
            if hits and microseconds(fault.from_s) <= elapsed_us < microseconds(fault.until_s):
                return Reaction(fault.reach, self._exchange.ring_us)
        return self._usual_reaction(peer)

    def _usual_reaction(self, peer: str) -> Reaction:
        """Miss the call or answer it: which, and when, belongs to the call that the phone rings for."""
        habits = self._habits
        ringing = self._callers.ring_for(peer)
        if ringing is None:
            missed = happens(habits.misses, self._streams.stream("misses"))
            answer_us = habits.answers.draw_us(self._streams.stream("answers"))
        else:
            call, ring = ringing
            missed, answer_us = call.is_missed(habits.misses, ring), call.answer_us(habits.answers, ring)
        return Reaction(Reach.IGNORE) if missed else Reaction(Reach.ANSWER, answer_us)

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
        """Plan the end of the talk; how long it takes and who ends it belongs to the call."""
        (caller,) = own.peers()
        worker.call = call = self._callers.call_of(caller)
        if call is None:
            return
        service = self._service(worker)
        customer_ends = worker.by_hand or happens(service.customer_ends, call.stream("who_hangs_up"))
        part = partial(self._exchange.leave, caller if customer_ends else own)
        if worker.plan.standing and not customer_ends:
            part = partial(self._end_at_desk, worker, own, bridge)
        talk_us = self._paced(call.talk_us(service.talk), worker, service)
        self._exchange.after(talk_us, partial(_if_in, bridge, own, part))

    def _end_at_desk(self, worker: Worker, own: Channel, bridge: Bridge) -> None:
        """Hang up by the screen, for the call stands; again after a while, should the wish be refused."""
        worker.ask(HangUpContact)
        again = partial(self._end_at_desk, worker, own, bridge)
        self._exchange.after(ASKS_AGAIN_US, partial(_if_in, bridge, own, again))

    def _service(self, worker: Worker) -> Service:
        key = (worker.queue, worker.tier, worker.agent_id)
        service = self._services.get(key)
        if service is None:
            service = self._services[key] = self._scenario.service_of(worker.queue, worker.tier, worker.plan)
        return service

    def _paced(self, duration_us: int, worker: Worker, service: Service) -> int:
        talent = self._talents.of(worker.plan, service.skill)
        return round(duration_us * worker.plan.pace * talent.pace)


def _if_in(bridge: Bridge, channel: Channel, act: Callable[[], None]) -> None:
    """Do something in a talk that still goes on."""
    if channel.bridge is bridge:
        act()
