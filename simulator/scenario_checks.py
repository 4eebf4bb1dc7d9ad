"""What the tables of a scenario must be to each other: names that are known, hours that fit the day.

Each table by itself is checked by its own types. Here stands what no table can see alone; what only the
engine's configuration can tell (queues, tiers, skills) is checked where the two meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil

from core.kernel.errors import Said
from core.kernel.schema import Steps, number, one_of, place
from core.model.contact import VOICE
from simulator.demand import DialerArrivals, FileArrivals, IntervalArrivals, RatedArrivals
from simulator.lead_lists import LEADS_MAX
from simulator.scenario_table import Scenario
from simulator.staffing import Team
from simulator.trace import check_customers

Problem = tuple[Steps, object, str]
"""Where in the file, what was found there, what is allowed."""


def problems(scenario: Scenario) -> Iterator[Problem]:
    """Yield what is wrong with the scenario as a whole, in a fixed order."""
    for check in _CHECKS:
        yield from check(scenario)


# --- names -------------------------------------------------------------------------------------------


def _agents_are_told_apart(scenario: Scenario) -> Iterator[Problem]:
    ids: dict[str, str] = {}
    phones: dict[str, str] = {}
    for entry, agent in enumerate(scenario.agents):
        yield from _taken(ids, agent.id, ["agents", entry, "id"])
        yield from _taken(phones, agent.extension, ["agents", entry, "extension"])
    for entry, team in enumerate(scenario.teams):
        for member in team.members():
            yield from _taken(ids, member.id, ["teams", entry, "name"])
            yield from _taken(phones, member.extension, ["teams", entry, "name"])


def _groups_are_told_apart(scenario: Scenario) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for entry, group in enumerate(scenario.customers):
        if group.name:
            yield from _taken(names, group.name, ["customers", entry, "name"])


def _taken(seen: dict[str, str], name: str, steps: Steps) -> Iterator[Problem]:
    """Complain of a `name` that was seen before, and remember it."""
    if name in seen:
        yield steps, name, f"a name of its own: {seen[name]} has this one"
    seen[name] = place(steps[:2])


def _lists_are_told_apart(scenario: Scenario) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for entry, listed in enumerate(scenario.leads):
        yield from _taken(names, f"{listed.name} of {listed.campaign}", ["leads", entry, "name"])
    total = sum(listed.count for listed in scenario.leads)
    if total > LEADS_MAX:
        yield (
            ["leads"],
            Said(f"{total} leads"),
            f"at most {LEADS_MAX} in all lists: they have numbers of their own",
        )


def _names_are_known(scenario: Scenario) -> Iterator[Problem]:
    workers = _workers(scenario)
    skills = sorted({skill for agent in scenario.staff for skill in agent.skills})
    for entry, service in enumerate(scenario.service):
        yield from _unknown(service.agent, workers, ["service", entry, "agent"], "an agent or a team")
        yield from _unknown(service.skill, skills, ["service", entry, "skill"])
    phones = {agent.extension for agent in scenario.staff}
    for entry, fault in enumerate(scenario.faults):
        yield from _unknown(fault.extension, phones, ["faults", entry, "extension"], "the phone of an agent")
    for name in scenario.whatif.teams:
        yield from _unknown(name, [team.name for team in scenario.teams], ["whatif", "teams", name])


def _arrivals_name_who_is_there(scenario: Scenario) -> Iterator[Problem]:
    """Yield names that nothing goes by; of a trace, raise `ConfigError` with the line."""
    groups = {group.name: group.known for group in scenario.customers if group.name}
    for entry, arrivals in enumerate(scenario.arrivals):
        yield from _unknown(arrivals.customers, groups, ["arrivals", entry, "customers"])
        if isinstance(arrivals, RatedArrivals):
            yield from _unknown(arrivals.factor, scenario.day_factors, ["arrivals", entry, "factor"])
        if isinstance(arrivals, DialerArrivals):
            for key, names in (("agents", arrivals.agents), ("watches", arrivals.watches)):
                for nth, name in enumerate(names):
                    steps: Steps = ["arrivals", entry, key, nth]
                    yield from _unknown(name, _workers(scenario), steps, "an agent or a team")
        if isinstance(arrivals, FileArrivals):
            check_customers(arrivals.trace, arrivals.path, arrivals.customers, groups)


def _calls_have_a_number_and_work_a_queue(scenario: Scenario) -> Iterator[Problem]:
    for entry, arrivals in enumerate(scenario.arrivals):
        steps: Steps = ["arrivals", entry]
        if arrivals.channel == VOICE:
            if not arrivals.dialed_number:
                yield [*steps, "dialed_number"], Said("nothing"), "the number that these callers dial"
            if arrivals.queue:
                yield [*steps, "queue"], arrivals.queue, "no key of calls: the menu finds their queue"
            continue
        if isinstance(arrivals, DialerArrivals):
            yield [*steps, "channel"], arrivals.channel, f"{VOICE}: a dialer makes calls"
        if not arrivals.queue:
            yield [*steps, "queue"], Said("nothing"), "the queue that the work is for"


def _unknown(name: str, known: Iterable[str], steps: Steps, what: str = "") -> Iterator[Problem]:
    """Complain of a `name` that is not `known`; the empty one stands for none."""
    if name and name not in (names := list(known)):
        yield steps, name, what or (one_of(names) if names else "nothing: there are none")


def _workers(scenario: Scenario) -> list[str]:
    """Return the names by which somebody who works may be called: ids, teams."""
    teams = [team.name for team in scenario.teams]
    labels = [agent.team for agent in scenario.agents if agent.team]
    return [agent.id for agent in scenario.staff] + teams + labels


# --- hours -------------------------------------------------------------------------------------------


def _hours_fit_the_day(scenario: Scenario) -> Iterator[Problem]:
    before_the_end = f"less than duration_s, {number(scenario.duration_s)}"
    if scenario.warm_up_s >= scenario.duration_s:
        yield ["warm_up_s"], scenario.warm_up_s, before_the_end
    for key in ("arrivals", "leads", "teams", "agents"):
        for entry, timed in enumerate(getattr(scenario, key)):
            if timed.from_s >= scenario.duration_s:
                yield [key, entry, "from_s"], timed.from_s, before_the_end


def _breaks_fit_the_shift(scenario: Scenario) -> Iterator[Problem]:
    for entry, agent in enumerate(scenario.agents):
        home_s = agent.until_s or scenario.duration_s
        shift = f"within the shift, from {number(agent.from_s)} to {number(home_s)}"
        for nth, pause in enumerate(agent.breaks):
            if pause.at_s < agent.from_s or pause.at_s + pause.for_s > home_s:
                yield ["agents", entry, "breaks", nth, "at_s"], pause.at_s, shift


def _intervals_fit_the_day(scenario: Scenario) -> Iterator[Problem]:
    end_s = scenario.duration_s
    for entry, arrivals in enumerate(scenario.arrivals):
        if isinstance(arrivals, IntervalArrivals):
            needed = _intervals(arrivals, min(arrivals.until_s or end_s, end_s))
            if len(arrivals.counts) != needed:
                yield ["arrivals", entry, "counts"], _counted(arrivals), _one_each(arrivals, f"{needed}")
    for entry, team in enumerate(scenario.teams):
        most = _intervals(team, end_s)
        if len(team.counts) > most:
            yield ["teams", entry, "counts"], _counted(team), _one_each(team, f"at most {most}")


Planned = IntervalArrivals | Team


def _intervals(planned: Planned, until_s: float) -> int:
    return ceil((until_s - planned.from_s) / planned.interval_s)


def _counted(planned: Planned) -> Said:
    found = len(planned.counts)
    return Said(f"{found} count" if found == 1 else f"{found} counts")


def _one_each(planned: Planned, counts: str) -> str:
    return f"{counts}, one for each {number(planned.interval_s)} s"


_CHECKS = (
    _agents_are_told_apart,
    _groups_are_told_apart,
    _lists_are_told_apart,
    _names_are_known,
    _arrivals_name_who_is_there,
    _calls_have_a_number_and_work_a_queue,
    _hours_fit_the_day,
    _breaks_fit_the_shift,
    _intervals_fit_the_day,
)
