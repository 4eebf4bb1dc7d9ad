"""The answer as tables, the same for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from goldline.whatif.tree import Tree
from simulator.report.blocks import Section, Table

PLANS = {"own": "scenario", "erlang_c": "Erlang C", "erlang_a": "Erlang A", "found": "found"}
"""How the staffings are headed."""
_BARS = "▁▂▃▄▅▆▇█"


def answer_tables(answer: Tree) -> tuple[Table, ...]:
    """Return the staffing by interval, the staffings side by side, and the levels by number of agents."""
    return _interval_table(answer), _plan_table(answer), _agents_table(answer)


def _interval_table(answer: Tree) -> Table:
    targets = [target["name"] for target in answer["targets"]]
    headings = ("from", "calls", "erlangs", *PLANS.values(), *_teams(answer), "occupancy", *targets, "")
    days = answer["plans"]["found"]["days"]
    return Table(
        title=f"{answer['scenario']}, seed {answer['seed']}: agents for {', '.join(targets)}",
        headings=headings,
        sections=(
            Section(title="interval by interval", rows=tuple(zip(*_interval_columns(answer), strict=True))),
        ),
        note=f"calls, occupancy and levels of what was found: on {days} fresh days; ±: 95 % interval",
    )


def _interval_columns(answer: Tree) -> Iterator[Sequence[str]]:
    columns = answer["intervals"]
    yield clocks(answer)
    yield [f"{count:.1f}" for count in columns["offered"]]
    yield [f"{load:.1f}" for load in columns["erlangs"]]
    for name in PLANS:
        yield [str(count) for count in answer["plans"][name]["agents"]]
    for team in _teams(answer):
        yield [str(count) for count in answer["teams"][team]["counts"]]
    yield [_percent(share, 0) for share in columns["occupancy"]]
    for share in columns["share"].values():
        yield [_with_half_width(*both) for both in zip(share["mean"], share["half_width"], strict=True)]
    yield ["" if verdict == "met" else verdict for verdict in columns["verdict"]]


def _teams(answer: Tree) -> tuple[str, ...]:
    """Return the teams, if there are several: a single one is everybody."""
    return tuple(answer["teams"]) if len(answer["teams"]) > 1 else ()


def _plan_table(answer: Tree) -> Table:
    found = answer["plans"]["found"]
    targets = [target["name"] for target in answer["targets"]]
    return Table(
        title="Staffings side by side",
        headings=("", "hours", "cost", *targets, "below", f"{targets[0]} over the day"),
        sections=(
            Section(
                title="by whose answer",
                rows=tuple((PLANS[name], *_price(answer, plan)) for name, plan in answer["plans"].items()),
            ),
            Section(
                title="found, with agents fewer or more",
                rows=tuple((f"{point['shift']:+d}", *_price(answer, point)) for point in answer["curve"]),
            ),
        ),
        note=(
            f"fresh days: {found['days']} for what was found, {answer['plans']['own']['days']} for the other "
            f"answers, {answer['curve'][0]['days']} for fewer or more; below: intervals under a target; bars "
            "are empty up to one half and full at 100 %"
        ),
    )


def _price(answer: Tree, plan: Tree) -> tuple[str, ...]:
    names = [target["name"] for target in answer["targets"]]
    return (
        f"{plan['hours']:,.1f}",
        f"{plan['cost']:,.2f}",
        *(_with_half_width(plan["share"][name]["mean"], plan["share"][name]["half_width"]) for name in names),
        str(plan["intervals_below_target"]),
        sparkline(plan["share_by_interval"][names[0]]),
    )


def _agents_table(answer: Tree) -> Table:
    name = answer["targets"][0]["name"]
    columns = [
        [f"{agents}: {_percent(share, 0)}" for agents, share in zip(*both, strict=True)]
        for both in ((point["agents"], point["share_by_interval"][name]) for point in answer["curve"])
    ]
    return Table(
        title=f"{name} by number of agents",
        headings=("from", *(f"{point['shift']:+d}" for point in answer["curve"])),
        sections=(
            Section(title="interval by interval", rows=tuple(zip(clocks(answer), *columns, strict=True))),
        ),
        note="agents: share in time, with as many fewer or more in every interval",
    )


def remarks(answer: Tree) -> Iterator[str]:
    """Yield what has to be known beyond the figures, one sentence at a time."""
    times, days = clocks(answer), answer["plans"]["found"]["days"]
    for repair in answer["repairs"]:
        when, before, after = times[repair["interval"]], repair["before"], repair["after"]
        yield f"{when}: {before} agents missed a target on fresh days; {after} were tried on others."
    for interval in answer["unattainable"]:
        yield f"{times[interval]}: no number of agents allowed meets the targets."
    if answer["exhausted"]:
        yield "The search had used up its days before it was sure."
    short = [
        when for when, verdict in zip(times, answer["intervals"]["verdict"], strict=True) if verdict != "met"
    ]
    if short:
        yield f"Below a target on {days} fresh days: {', '.join(short)}."
    else:
        yield f"Every target is met in every interval, on {days} fresh days."
    yield f"{answer['days']:,} days were simulated."


def sparkline(shares: Sequence[float]) -> str:
    """Return shares as a row of bars: an empty one up to one half, a full one at 1."""
    steps = [round((share - 0.5) * 2 * (len(_BARS) - 1)) for share in shares]
    return "".join(_BARS[max(step, 0)] for step in steps)


def clocks(answer: Tree) -> list[str]:
    """Return when each interval begins: the time of day, or hours and minutes from the start."""
    start_s = answer["clock_s"] or 0
    return [_clock(start_s + since_s) for since_s in answer["interval_starts_s"]]


def _clock(at_s: float) -> str:
    return f"{int(at_s) // 3600 % 24}:{int(at_s) % 3600 // 60:02d}"


def _with_half_width(mean: float, half_width: float | None) -> str:
    return _percent(mean) if half_width is None else f"{_percent(mean)} ± {half_width * 100:.1f}"


def _percent(share: float | None, digits: int = 1) -> str:
    return "" if share is None else f"{share:.{digits}%}"
