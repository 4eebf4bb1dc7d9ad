"""Names in a terminal are what they are: no markup, no colours of their own."""

from __future__ import annotations

import pytest

from goldline.board_tables import board_table, name_console
from goldline.commands.printing import print_tables
from goldline.top import Picture
from simulator.report.blocks import Section, Table

NAMES = ["Anna [/VIP]", "[red]Bram", "[link=http://evil]Cy", ":smile: Dee"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_drawn_as_it_is(name: str) -> None:
    console = name_console(120)
    table = board_table(name, "agent")
    table.add_row(name)
    with console.capture() as drawn:
        console.print(table)
    assert drawn.get().count(name) == 2


@pytest.mark.parametrize("name", NAMES)
def test_results_name_lists_and_segments_as_they_are(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = Section(title=name, rows=((name, "1"),))
    print_tables([Table(title=name, headings=("list", "leads"), sections=(rows,))], preface=[name])
    assert capsys.readouterr().out.count(name) == 4


@pytest.mark.parametrize("name", NAMES)
def test_the_wallboard_shows_agents_as_they_are_called(name: str) -> None:
    agent = {"name": name, "state": "ready", "reason": "", "since": "2026-11-23T09:00:00Z"}
    picture = Picture()
    picture.hear({"kind": "snapshot", "topic": "agents", "rows": {"a": agent}})
    console = name_console(120)
    with console.capture() as drawn:
        console.print(picture.draw("http://here"))
    assert name in drawn.get()
