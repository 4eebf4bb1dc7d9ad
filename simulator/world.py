"""The whole simulated world of one scenario and one seed: exchange, callers, agents, arrivals.

    world = World(scenario, seed, scheduler, sink)
    world.pbx.start()   # tells PbxSynced
    world.start()       # from now on people come, call and work

`pbx`, `desk` and `work` are the engine's ports on this side, `customers` what its CRM store shall hold. For
the world behind TCP leave `pbx` alone and put `simulator.ami_server` before `exchange`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from core.kernel.rng import Streams
from core.model.agent import AgentProfile
from core.model.contact import VOICE
from core.model.ids import AgentId
from core.ports import Scheduler, Sink
from simulator.arrivals import day_factors, planned_arrivals
from simulator.call import Origin
from simulator.callees import Callees
from simulator.callers import Callers
from simulator.customers import CrmRecord, Population
from simulator.demand import DialerArrivals
from simulator.outbound import OutboundDialer
from simulator.pbx import Exchange
from simulator.people import Workforce
from simulator.phones import PhoneBook
from simulator.port import SimPbx
from simulator.scenario import Scenario
from simulator.senders import Senders
from simulator.trace import Arrival


class World:
    """Everything the engine does not control. The same scenario and seed give the same world."""

    def __init__(self, scenario: Scenario, seed: int, scheduler: Scheduler, sink: Sink) -> None:
        self.scenario = scenario
        self.seed = seed
        self._scheduler = scheduler
        self._sink = sink
        streams = Streams(seed)
        self._streams = streams
        population = Population(scenario, streams)
        self.exchange = Exchange(scheduler, PhoneBook(), scenario.telephony)
        self.callees = Callees(self.exchange, scenario, seed, sink)
        self.callers = Callers(self.exchange, scenario, population, self.callees)
        self.work = Senders(self.exchange, scenario, population, sink)
        self.desk = Workforce(self.exchange, scenario, self.callers, self.work.piece, streams, sink)
        self.dialers: list[OutboundDialer] = []
        self.customers: tuple[CrmRecord, ...] = population.records

    @cached_property
    def pbx(self) -> SimPbx:
        """The telephone system as a `Pbx` port; made, and connected to the sink, when first asked for."""
        return SimPbx(self.exchange, self._sink)

    @property
    def is_quiet(self) -> bool:
        """Tell whether nobody is on the telephone but agents whose calls stand, and who talk to nobody."""
        return all(map(self.desk.stands_by, self.exchange.channels.values()))

    def start(self) -> None:
        """Begin the day: shifts and arrivals are planned from this instant on."""
        self.desk.start()
        self.callers.start()
        self.callees.start()
        self.work.start()
        factors = day_factors(self.scenario, self._streams)
        for place, entry in enumerate(self.scenario.arrivals):
            origin = Origin(entry, place, self.seed)
            if isinstance(entry, DialerArrivals):
                self._start_dialer(entry, origin)
            else:
                stream = self._streams.stream(f"arrivals/{place}")
                calls = planned_arrivals(entry, self.scenario.duration_s, factors, stream)
                self._plan_next(origin, calls, self._scheduler.now_us())

    def _start_dialer(self, entry: DialerArrivals, origin: Origin) -> None:
        dialer = OutboundDialer(entry, origin, self.scenario, self.exchange, self.callers, self.desk)
        self.dialers.append(dialer)
        dialer.start()

    def _plan_next(self, origin: Origin, calls: Iterator[Arrival], started_us: int) -> None:
        arrival = next(calls, None)
        if arrival is not None:
            arrive = partial(self._arrive, origin, arrival, calls, started_us)
            self._scheduler.call_at(started_us + arrival.at_us, arrive)

    def _arrive(self, origin: Origin, arrival: Arrival, calls: Iterator[Arrival], started_us: int) -> None:
        self._plan_next(origin, calls, started_us)
        if origin.entry.channel == VOICE:
            self.callers.call(origin, arrival)
        else:
            self.work.bring(origin, arrival)


def agent_profiles(scenario: Scenario) -> dict[AgentId, AgentProfile]:
    """Return who works in the scenario and what they are able to do."""
    return {
        AgentId(plan.id): AgentProfile(
            agent_id=AgentId(plan.id), name=plan.name, skills=plan.skills, capacity=plan.capacity
        )
        for plan in scenario.staff
    }
