"""A pool of agents in the simulators one would otherwise take: Ciw and SimPy, each as its manual writes it.

Both simulate a bare queue. Each function returns how many calls were dealt with and how many of them
abandoned. The libraries are imported when asked for: they would count in the memory of other measurements.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random  # det-ok: seeded; the peers bring no random numbers of their own
from typing import Any

from benchmarks._pool import Pool
from simulator.erlang import HOUR_S

Dealt = tuple[int, int]
"""(calls, abandoned among them)"""


def in_ciw(pool: Pool, duration_s: float, seed: int) -> Dealt:
    """Simulate the pool in Ciw 3, which calls abandoning reneging."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(pool.per_hour / HOUR_S)],
        service_distributions=[ciw.dists.Exponential(1 / pool.handle_s)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / pool.patience_s)],
        number_of_servers=[pool.agents],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(duration_s)
    records = simulation.get_all_records()
    return len(records), sum(record.record_type == "renege" for record in records)


def in_simpy(pool: Pool, duration_s: float, seed: int) -> Dealt:
    """Simulate the pool in SimPy: one process for each caller, the agents a resource."""
    import simpy

    stream = Random(seed)
    environment = simpy.Environment()
    agents = simpy.Resource(environment, pool.agents)
    calls = abandoned = 0

    def arrivals() -> Iterator[Any]:
        while True:
            yield environment.timeout(stream.expovariate(pool.per_hour / HOUR_S))
            environment.process(call())

    def call() -> Iterator[Any]:
        nonlocal calls, abandoned
        with agents.request() as agent:
            yield agent | environment.timeout(stream.expovariate(1 / pool.patience_s))
            if agent.triggered:
                yield environment.timeout(stream.expovariate(1 / pool.handle_s))
            else:
                abandoned += 1
        calls += 1

    environment.process(arrivals())
    environment.run(until=duration_s)
    return calls, abandoned
