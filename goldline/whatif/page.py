"""The answer as a report's page: which figures become which tiles, plots and tables."""

from __future__ import annotations

from goldline.whatif.tables import PLANS, answer_tables, remarks
from goldline.whatif.tree import Tree
from simulator.report.blocks import ClassAxis, Page, Plot, Series, Tile, TimeAxis

_TONES = {"own": 3, "erlang_c": 1, "erlang_a": 2, "found": 0}


def answer_page(answer: Tree) -> Page:
    """Return the page of an answer."""
    targets = ", ".join(target["name"] for target in answer["targets"])
    return Page(
        kicker="Goldline what if",
        title=answer["scenario"],
        subtitle=f"The cheapest staffing found for {targets}; seed {answer['seed']}",
        tiles=_tiles(answer),
        blocks=(*_plots(answer), *answer_tables(answer)),
        notes=(*remarks(answer), *_NOTES),
        clock_s=answer["clock_s"],
    )


_NOTES = (
    "Shares are of all contacts answered or abandoned in the interval in which they asked for a queue: who "
    "abandons was not answered in time. 80/20 means 80 % within 20 seconds.",
    "Erlang C and A take queues that share agents as one pool, each interval for itself. Every staffing was "
    "then simulated on the same days, menus, skills, tiers and the queue carried over included.",
)


def _tiles(answer: Tree) -> tuple[Tile, ...]:
    found, own = answer["plans"]["found"], answer["plans"]["own"]
    met = len(answer["interval_starts_s"]) - found["intervals_below_target"]
    shares = (
        Tile(
            label=name,
            value=f"{share['mean']:.1%}",
            spread="" if share["half_width"] is None else f"± {share['half_width']:.1%}",
        )
        for name, share in found["share"].items()
    )
    return (
        Tile(label="Agent hours", value=f"{found['hours']:,.1f}", spread=f"scenario {own['hours']:,.1f}"),
        Tile(label="Cost", value=f"{found['cost']:,.2f}", spread=f"scenario {own['cost']:,.2f}"),
        Tile(label="Intervals that meet all", value=f"{met} of {len(answer['interval_starts_s'])}"),
        *shares,
    )


def _plots(answer: Tree) -> tuple[Plot, ...]:
    axis = TimeAxis(starts_s=answer["interval_starts_s"], interval_s=answer["interval_s"])
    columns, plans = answer["intervals"], answer["plans"]
    agents = Plot(
        title="Agents",
        note="How many are needed in each interval, by whose answer; dashed, the load in erlangs",
        kind="lines",
        axis=axis,
        form="decimal",
        series=(
            *(
                Series(name=PLANS[name], values=answer["plans"][name]["agents"], tone=_TONES[name])
                for name in plans
            ),
            Series(name="erlangs", values=columns["erlangs"], tone=None, dashed=True),
        ),
    )
    calls = Plot(
        title="Calls",
        note="Contacts that asked for a queue, in each interval",
        kind="bars",
        axis=axis,
        form="decimal",
        series=(Series(name="calls", values=columns["offered"], tone=0),),
    )
    occupancy = Plot(
        title="Occupancy",
        note="Share of the working time spent on contacts, under the staffing found",
        kind="lines",
        axis=axis,
        form="percent",
        series=(Series(name="found", values=columns["occupancy"], tone=0),),
    )
    return agents, *_levels(answer, axis), _curve(answer), calls, occupancy


def _levels(answer: Tree, axis: TimeAxis) -> tuple[Plot, ...]:
    """Return for each target how the staffings fare, with the band of the one that was proved."""
    return tuple(
        Plot(
            title=f"Answered in time: {target['name']}",
            note=f"Share within {target['within_s']:g} s under each staffing; dashed, the target",
            kind="lines",
            axis=axis,
            form="percent",
            series=(
                *(
                    Series(
                        name=PLANS[name],
                        values=plan["share_by_interval"][target["name"]],
                        tone=_TONES[name],
                        half_width=answer["intervals"]["share"][target["name"]]["half_width"]
                        if name == "found"
                        else None,
                    )
                    for name, plan in answer["plans"].items()
                ),
                Series(
                    name="target",
                    values=[target["share"]] * len(answer["interval_starts_s"]),
                    tone=None,
                    dashed=True,
                ),
            ),
        )
        for target in answer["targets"]
    )


def _curve(answer: Tree) -> Plot:
    points = answer["curve"]
    return Plot(
        title="What more or fewer agents would do",
        note="Share in time over the whole day, by agents fewer or more in every interval, and cost",
        kind="lines",
        axis=ClassAxis(
            labels=[f"{point['cost']:,.0f}" for point in points],
            names=[f"{point['shift']:+d} agents, cost {point['cost']:,.2f}" for point in points],
            title="cost of the day",
        ),
        form="percent",
        series=tuple(
            Series(
                name=target["name"],
                values=[point["share"][target["name"]]["mean"] for point in points],
                tone=tone,
                half_width=[point["share"][target["name"]]["half_width"] for point in points],
            )
            for tone, target in enumerate(answer["targets"])
        ),
    )
