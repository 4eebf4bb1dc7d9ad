"""The closed forms of queueing theory for one pool of agents: what a simulation of it must come to.

Poisson arrivals, exponential handling times, every agent serves every caller, first come first served.
One model covers the four of the field, by what is left out of it:

    Erlang B      as many lines as agents: nobody waits, who finds all busy is blocked
    Erlang C      lines without end, patience without end
    Erlang A      lines without end, exponential patience
    M/M/n/K       K lines, patience without end

All of it is sums over the birth-death chain of the callers inside, their weights relative to the heaviest
state, so that nothing overflows at thousands of agents. The formulas are those of Garnett, Mandelbaum &
Reiman 2002 for patience, taken state by state so that they hold with a limit of lines as well.
Time and memory grow with the agents and with the length of the queue.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import accumulate, count
from math import exp, expm1, inf, log
from operator import mul

from core.kernel.errors import ConfigError

HOUR_S = 3600.0
COUNT_MAX = 1_000_000
"""Most agents or lines: beyond any centre, and still seconds of work."""
_NEGLIGIBLE = 60.0
"""What is lighter than the heaviest state by this exponent (1e-26) changes no digit of a sum."""
_OVERWHELMING = 1e300


class Policy(StrEnum):
    """Of which calls the service level is a share. The three differ by points, so it is always said."""

    OF_ARRIVALS = "of_arrivals"
    OF_ANSWERED = "of_answered"
    EXCLUDING_SHORT_ABANDONS = "excluding_short_abandons"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevels:
    """Calls answered within the threshold, as a share of all that got a line, of those answered, or of all
    that got a line but for those abandoned within the threshold."""

    of_arrivals: float
    of_answered: float
    excluding_short_abandons: float

    def by(self, policy: Policy) -> float:
        """Return the level under `policy`."""
        level: float = getattr(self, policy)
        return level


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyState:
    """What the pool comes to in the long run.

    `blocked` is a share of all calls; `waiting`, `abandoned` and the service levels are shares of those
    that got a line. `wait_s` is the mean wait of these, whatever became of them, `speed_of_answer_s` (ASA)
    that of the answered, infinite where nobody is; `abandoned_after_s` that of the abandoned, 0 without any.
    `queue` is the mean number waiting.
    """

    blocked: float
    waiting: float
    abandoned: float
    wait_s: float
    speed_of_answer_s: float
    abandoned_after_s: float
    service_level: ServiceLevels
    occupancy: float
    queue: float


def erlang_b(load: float, agents: int) -> float:
    """Return the share of calls blocked where a load in erlangs meets `agents` and nobody can wait."""
    _check("load", load, 0 <= load < inf, "erlangs, from 0 up")
    _check_count("agents", agents, 0)
    if load == 0:
        return float(agents == 0)
    return 1 / (1 + _weight_below(agents, load))


def erlang_c(load: float, agents: int) -> float:
    """Return the share of calls that wait where a load in erlangs meets `agents`; 1 where it is too much."""
    blocked = erlang_b(load, agents)
    if load >= agents:
        return 1.0
    return blocked / (1 - load / agents * (1 - blocked))


def steady_state(
    *,
    per_hour: float,
    handle_s: float,
    agents: int,
    patience_s: float = inf,
    lines: int | None = None,
    threshold_s: float = 20.0,
) -> SteadyState:
    """Return the figures of a pool in the long run.

    `handle_s` and `patience_s` are means, `lines` is how many talk and wait at most, `threshold_s` what the
    service level promises. Where nobody calls all is 0 and every level 1. Where the agents cannot carry the
    load and neither patience nor lines bound the queue, waits are infinite. Raises `ConfigError` that names
    the argument and its range.
    """
    _check("per_hour", per_hour, 0 <= per_hour < inf, "calls an hour, from 0 up")
    _check("handle_s", handle_s, 0 < handle_s < inf, "seconds, above 0")
    _check_count("agents", agents, 0)
    _check("patience_s", patience_s, patience_s > 0, "seconds, above 0")
    _check("threshold_s", threshold_s, 0 <= threshold_s < inf, "seconds, from 0 up")
    if lines is not None:
        _check_count("lines", lines, 1)
    if per_hour == 0:
        return _NOBODY_CALLS
    pool = _Pool(
        arrival=per_hour / HOUR_S, handle_s=handle_s, agents=agents, leaving=1 / patience_s, lines=lines
    )
    if pool.leaving > 0 or (lines is not None and agents > 0):
        return _bounded_queue(pool, threshold_s)
    return _patient_queue(pool, threshold_s)


def agents_for(
    target: float,
    *,
    per_hour: float,
    handle_s: float,
    patience_s: float = inf,
    lines: int | None = None,
    threshold_s: float = 20.0,
    policy: Policy = Policy.OF_ARRIVALS,
) -> int:
    """Return the least number of agents whose service level is at least `target`, a share.

    Raises `ConfigError` that names the argument and its range.
    """
    _check("target", target, 0 < target < 1, "a share between 0 and 1, such as 0.8")
    staffed = partial(
        steady_state,
        per_hour=per_hour,
        handle_s=handle_s,
        patience_s=patience_s,
        lines=lines,
        threshold_s=threshold_s,
    )

    def meets(agents: int) -> bool:
        return staffed(agents=agents).service_level.by(policy) >= target

    enough = next(agents for agents in (2**power - 1 for power in count()) if meets(agents))
    return bisect_left(range(enough), True, lo=enough // 2, key=meets)


# --- the chain of callers inside ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """The rates of the chain, per second: of arrivals, and of one caller's leaving out of impatience."""

    arrival: float
    handle_s: float
    agents: int
    leaving: float
    lines: int | None

    @property
    def load(self) -> float:
        return self.arrival * self.handle_s

    @property
    def serving(self) -> int:
        """Who can talk at once: no agent talks without a line."""
        return self.agents if self.lines is None else min(self.agents, self.lines)

    @property
    def service(self) -> float:
        """The rate of ends of talks while all talk."""
        return self.serving / self.handle_s

    @property
    def places(self) -> int | None:
        """How many can wait; None for any number."""
        return None if self.lines is None else self.lines - self.serving

    def draining(self, waiting: int) -> float:
        """Return the rate at which a queue of `waiting` becomes shorter."""
        return self.service + waiting * self.leaving


def _weight_below(agents: int, load: float) -> float:
    """Return the weight of the states with an idle agent over that of all busy and nobody waiting.

    It is kept finite where all are next to never busy, so that it can be divided by itself.
    """
    below = 0.0
    for busy in range(1, agents + 1):
        below = min((1 + below) * (busy / load), _OVERWHELMING)
    return below


def _waiting_weights(pool: _Pool) -> tuple[list[float], float]:
    """Return the weights of 0, 1, 2.. waiting with all agents busy, relative to the heaviest of them.

    The second value is the logarithm of the heaviest relative to the first.
    """
    logs = [0.0]
    heaviest = 0.0
    for waiting in count(1) if pool.places is None else range(1, pool.places + 1):
        logs.append(logs[-1] + log(pool.arrival / pool.draining(waiting)))
        heaviest = max(heaviest, logs[-1])
        if logs[-1] < heaviest - _NEGLIGIBLE:
            break
    return [exp(each - heaviest) for each in logs], heaviest


def _bounded_queue(pool: _Pool, threshold_s: float) -> SteadyState:
    """Return the figures where patience or lines bound the queue, whatever the load."""
    weights, heaviest = _waiting_weights(pool)
    idle = _weight_below(pool.serving, pool.load) * exp(-heaviest)
    open_weights = weights[: pool.places]
    entering = idle + sum(open_weights)
    turned_away = sum(weights[len(open_weights) :])
    total = entering + turned_away
    # The share of entering callers that find all agents busy and 0, 1, 2.. callers before them.
    found = [weight / entering for weight in open_weights]
    queue = sum(waiting * weight for waiting, weight in enumerate(weights)) / total
    wait_s = queue / pool.arrival * (total / entering)
    abandoned = wait_s * pool.leaving

    moving_up = [pool.draining(ahead + 1) for ahead in range(len(found))]
    served = [pool.service / rate for rate in moving_up]
    waits_s = accumulate(1 / rate for rate in moving_up)
    answered = idle / entering + _sum_of_products(found, served)
    answered_wait_s = _sum_of_products(found, map(mul, served, waits_s))
    return SteadyState(
        blocked=turned_away / total,
        waiting=_share(sum(found)),
        abandoned=_share(abandoned),
        wait_s=wait_s,
        speed_of_answer_s=answered_wait_s / answered if answered else inf,
        abandoned_after_s=(wait_s - answered_wait_s) / abandoned if abandoned else 0.0,
        service_level=_levels(pool, threshold_s, found, idle / entering, answered),
        occupancy=_share(entering / total * answered * pool.load / pool.agents) if pool.agents else 0.0,
        queue=queue,
    )


def _levels(
    pool: _Pool, threshold_s: float, found: Sequence[float], at_once: float, answered: float
) -> ServiceLevels:
    """Return the service levels of callers of whom `at_once` need not wait and `answered` are answered."""
    in_time, short = at_once, 0.0
    for share, (taken, waiting) in zip(found, _by_threshold(pool, threshold_s), strict=False):
        in_time += share * taken
        short += share * (1 - taken - waiting)
    return ServiceLevels(
        of_arrivals=_share(in_time),
        of_answered=_share(in_time / answered) if answered else 0.0,
        excluding_short_abandons=_share(in_time / (1 - short)),
    )


def _by_threshold(pool: _Pool, threshold_s: float) -> Iterator[tuple[float, float]]:
    """Yield, for 0, 1, 2.. callers ahead, the chances to be answered by the threshold and to wait on then.

    The number of callers ahead who have gone by then is negative binomial (Poisson where all are patient),
    and each place further back adds one of its terms. They are kept as logarithms: where many agents work,
    the first is too small to be written down.
    """
    impatient = -expm1(-pool.leaving * threshold_s)
    window_s = impatient / pool.leaving if pool.leaving > 0 else threshold_s
    taken, waiting = 1.0, 0.0
    log_term = -pool.service * threshold_s
    for ahead in count():
        still = (1 - impatient) * exp(log_term)
        waiting += still
        # What is left of it far back is nothing but the rounding of the places before.
        taken = max(0.0, taken - still) * pool.draining(ahead) / pool.draining(ahead + 1)
        yield taken, waiting
        step = pool.draining(ahead) * window_s / (ahead + 1)
        log_term += log(step) if step > 0 else -inf


def _patient_queue(pool: _Pool, threshold_s: float) -> SteadyState:
    """Return the figures where everybody has a line and waits to the end: Erlang C."""
    spare = pool.service - pool.arrival
    if spare <= 0:
        # With nobody to answer, whoever has a line keeps it.
        blocked, occupancy = float(pool.lines is not None), float(pool.agents > 0)
        return replace(_OVERLOADED, blocked=blocked, occupancy=occupancy)
    waiting = erlang_c(pool.load, pool.agents)
    wait_s = waiting / spare
    in_time = 1 - waiting * exp(-spare * threshold_s)
    return SteadyState(
        blocked=0.0,
        waiting=waiting,
        abandoned=0.0,
        wait_s=wait_s,
        speed_of_answer_s=wait_s,
        abandoned_after_s=0.0,
        service_level=ServiceLevels(
            of_arrivals=in_time, of_answered=in_time, excluding_short_abandons=in_time
        ),
        occupancy=pool.load / pool.agents,
        queue=wait_s * pool.arrival,
    )


def _share(of_one: float) -> float:
    """Return what may be a little more than 1 by rounding, and then is 1."""
    return min(1.0, of_one)


def _sum_of_products(first: Iterable[float], second: Iterable[float]) -> float:
    return sum(one * other for one, other in zip(first, second, strict=True))


_NOBODY_CALLS = SteadyState(
    blocked=0.0,
    waiting=0.0,
    abandoned=0.0,
    wait_s=0.0,
    speed_of_answer_s=0.0,
    abandoned_after_s=0.0,
    service_level=ServiceLevels(of_arrivals=1.0, of_answered=1.0, excluding_short_abandons=1.0),
    occupancy=0.0,
    queue=0.0,
)
_OVERLOADED = SteadyState(
    blocked=0.0,
    waiting=1.0,
    abandoned=0.0,
    wait_s=inf,
    speed_of_answer_s=inf,
    abandoned_after_s=0.0,
    service_level=ServiceLevels(of_arrivals=0.0, of_answered=0.0, excluding_short_abandons=0.0),
    occupancy=1.0,
    queue=inf,
)


# --- what may be asked -------------------------------------------------------------------------------


def _check(name: str, value: float, is_allowed: bool, allowed: str) -> None:
    if not is_allowed:
        raise ConfigError(name, value, allowed)


def _check_count(name: str, value: int, least: int) -> None:
    if not isinstance(value, int) or not least <= value <= COUNT_MAX:
        raise ConfigError(name, value, f"a whole number from {least} to {COUNT_MAX}")
