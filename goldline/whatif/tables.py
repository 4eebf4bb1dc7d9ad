"""The answer on a terminal: the staffing interval by interval, the plans side by side, the curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from goldline.whatif.tree import Tree

_BARS = "▁▂▃▄▅▆▇█"
_PLANS = {"own": "as in the scenario", "erlang_c": "Erlang C", "erlang_a": "Erlang A", "found": "found"}
_VERDICTS = {"met": "", "close": "[yellow]close[/]", "missed": "[red]missed[/]"}


def answer_tables(answer: Tree) -> RenderableType:
    """Return what the terminal shows of an answer."""
    return Group(_interval_table(answer), _plan_table(answer), _curve_table(answer), *_remarks(answer))


def _interval_table(answer: Tree) -> Table:
    targets = ", ".join(target["name"] for target in answer["targets"])
    table = _table(f"{answer['scenario']}, seed {answer['seed']}: staffing for {targets}")
    headings = ["from", "calls", "erlangs", *_PLANS.values(), *_by_team_headings(answer), "occupancy"]
    for heading in [*headings, *(target["name"] for target in answer["targets"]), ""]:
        table.add_column(heading, justify="right")
    for row in zip(*_interval_columns(answer), strict=True):
        table.add_row(*row)
    return table


def _interval_columns(answer: Tree) -> Iterable[Sequence[str]]:
    columns = answer["intervals"]
    yield [clock(start_s) for start_s in answer["interval_starts_s"]]
    yield [f"{count:.1f}" for count in columns["offered"]]
    yield [f"{load:.1f}" for load in columns["erlangs"]]
    for name in _PLANS:
        yield [str(count) for count in columns["agents"][name]]
    if len(answer["teams"]) > 1:
        for team in answer["teams"].values():
            yield [str(count) for count in team["counts"]]
    yield [_percent(share, 0) for share in columns["occupancy"]]
    for share in columns["share"].values():
        yield [_with_half_width(*both) for both in zip(share["mean"], share["half_width"], strict=True)]
    yield [_VERDICTS[verdict] for verdict in columns["verdict"]]


def _by_team_headings(answer: Tree) -> list[str]:
    return [f"of {name}" for name in answer["teams"]] if len(answer["teams"]) > 1 else []


def _plan_table(answer: Tree) -> Table:
    table = _table("The same days under each staffing")
    _share_columns(table, answer, "staffing")
    for name, heading in _PLANS.items():
        table.add_row(heading, *_plan_cells(answer, answer["plans"][name]))
    return table


def _curve_table(answer: Tree) -> Table:
    table = _table("The curve: agents more or fewer than found, in every team and interval")
    _share_columns(table, answer, "agents")
    for point in answer["curve"]:
        table.add_row(f"{point['shift']:+d}", *_plan_cells(answer, point))
    return table


def _share_columns(table: Table, answer: Tree, first: str) -> None:
    table.add_column(first)
    for heading in ("agent hours", "cost"):
        table.add_column(heading, justify="right")
    for target in answer["targets"]:
        table.add_column(target["name"], justify="right")
    table.add_column("below target", justify="right")
    table.add_column(f"{answer['targets'][0]['name']} over the day")


def _plan_cells(answer: Tree, plan: Tree) -> list[str]:
    shares = [plan["share"][target["name"]] for target in answer["targets"]]
    by_interval = plan["share_by_interval"][answer["targets"][0]["name"]]
    return [
        f"{plan['hours']:,.1f}",
        f"{plan['cost']:,.2f}",
        *(_with_half_width(share["mean"], share["half_width"]) for share in shares),
        str(plan["intervals_below_target"]),
        sparkline(by_interval),
    ]


def _remarks(answer: Tree) -> Iterable[str]:
    """Yield what a planner must know beyond the figures."""
    starts_s = answer["interval_starts_s"]
    proof = answer["plans"]["found"]["days"]
    if answer["all_met"]:
        yield f"Every target is met in every interval, on {proof} fresh days."
    for repair in answer["repairs"]:
        when, before, after = clock(starts_s[repair["interval"]]), repair["before"], repair["after"]
        yield f"{when}: {before} agents missed a target on fresh days; {after} were tried on others."
    for interval in answer["unattainable"]:
        yield f"{clock(starts_s[interval])}: no number of agents allowed meets the targets."
    if answer["exhausted"]:
        yield "The search had used up its days before it was sure: ask with more --replications."
    yield f"{answer['days']:,} days were simulated."


def sparkline(shares: Iterable[float]) -> str:
    """Return shares as a row of bars: an empty one up to one half, a full one at 1."""
    steps = [round((share - 0.5) * 2 * (len(_BARS) - 1)) for share in shares]
    return "".join(_BARS[max(step, 0)] for step in steps)


def clock(at_s: float) -> str:
    """Return an instant as hours and minutes from the start."""
    return f"{int(at_s) // 3600}:{int(at_s) % 3600 // 60:02d}"


def _table(title: str) -> Table:
    return Table(title=title, box=SIMPLE_HEAD, title_style="bold", title_justify="left")


def _with_half_width(mean: float, half_width: float | None) -> str:
    return _percent(mean) if half_width is None else f"{_percent(mean)} ±{half_width * 100:.1f}"


def _percent(share: float | None, digits: int = 1) -> str:
    return "" if share is None else f"{share:.{digits}%}"
