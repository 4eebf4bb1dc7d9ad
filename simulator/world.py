"""The whole simulated world of one scenario and one seed: exchange, callers, agents, arrivals.

    world = World(scenario, seed, scheduler, sink)
    world.pbx.start()   # tells PbxSynced
    world.start()       # from now on people come, call and work

`pbx` and `desk` are the engine's ports on this side, `customers` what its CRM store shall hold. For the
world behind TCP leave `pbx` alone and put `simulator.ami_server` before `exchange`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from core.kernel.rng import Streams
from core.model.agent import AgentProfile
from core.model.ids import AgentId
from core.ports import Scheduler, Sink
from simulator.arrivals import arrival_instants
from simulator.callers import Callers
from simulator.customers import CrmRecord, Population
from simulator.demand import Arrivals
from simulator.pbx import Exchange
from simulator.people import Workforce
from simulator.phones import PhoneBook
from simulator.port import SimPbx
from simulator.scenario import Scenario


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
        self.callers = Callers(self.exchange, scenario, population, streams)
        self.desk = Workforce(self.exchange, scenario, streams, sink)
        self.customers: tuple[CrmRecord, ...] = population.records

    @cached_property
    def pbx(self) -> SimPbx:
        """The telephone system as a `Pbx` port; made, and connected to the sink, when first asked for."""
        return SimPbx(self.exchange, self._sink)

    @property
    def is_quiet(self) -> bool:
        """Tell whether nobody is on the telephone."""
        return not self.exchange.channels

    def start(self) -> None:
        """Begin the day: shifts and arrivals are planned from this instant on."""
        self.desk.start()
        for place, arrivals in enumerate(self.scenario.arrivals):
            stream = self._streams.stream(f"arrivals/{place}")
            instants = arrival_instants(arrivals, self.scenario, stream)
            self._plan_next(arrivals, instants, self._scheduler.now_us())

    def _plan_next(self, arrivals: Arrivals, instants: Iterator[int], origin_us: int) -> None:
        at_us = next(instants, None)
        if at_us is not None:
            call = partial(self._arrive, arrivals, instants, origin_us)
            self._scheduler.call_at(origin_us + at_us, call)

    def _arrive(self, arrivals: Arrivals, instants: Iterator[int], origin_us: int) -> None:
        self._plan_next(arrivals, instants, origin_us)
        self.callers.call(arrivals.dialed_number)


def agent_profiles(scenario: Scenario) -> dict[AgentId, AgentProfile]:
    """Return who works in the scenario and what they are able to do."""
    return {
        AgentId(plan.id): AgentProfile(agent_id=AgentId(plan.id), name=plan.name, skills=plan.skills)
        for plan in scenario.staff
    }
