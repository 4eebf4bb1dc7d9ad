"""The page of state machines shows every table once, under the file it is written in."""

from __future__ import annotations

from core.model.leg import LEG
from scripts.draw_diagrams import page, section, tables


def test_a_machine_is_shown_where_its_table_is_written() -> None:
    assert tables()["core.model.leg.LEG"] is LEG
    assert section("core.model.leg.LEG", LEG) == (
        "## leg\n\n`LEG` in [core/model/leg.py](../core/model/leg.py). Final states: ENDED.\n\n"
        f"```mermaid\n{LEG.diagram()}```\n"
    )


def test_a_table_imported_elsewhere_is_drawn_once() -> None:
    machines = list(tables().values())
    assert len({id(machine) for machine in machines}) == len(machines)


def test_the_page_changes_with_a_table() -> None:
    machines = tables()
    rest = {place: table for place, table in machines.items() if table is not LEG}
    assert page(rest) != page(machines)
