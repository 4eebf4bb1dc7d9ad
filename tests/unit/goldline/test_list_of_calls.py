"""A list of calls: what is read, what is refused and why, and the events it tells of."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from core.model.events import AgentStateChanged, ContactAbandoned, ContactConnected, ContactQueued
from core.model.message import DomainEvent
from goldline.estimate.call_events import events_of
from goldline.estimate.calls import CallList, read_calls

HEADER = "queue,arrived,outcome,wait_s,agent,ended"


def read(tmp_path: Path, *rows: str, header: str = HEADER) -> CallList:
    path = tmp_path / "calls.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_calls(path)


def test_rows_are_read_by_the_names_of_columns_in_any_order(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "ann,2026-03-02 09:20:00,30,served,9,cards,2026-03-02T09:15:07.5",
        ",,12.5,abandoned,9,loans,2026-03-02 09:15:00",
        header="agent_name,service_end,wait,result,shoe_size,queue_name,arrival",
    )
    first, second = found.calls
    assert (first.queue, first.waited_us, first.served) == ("loans", microseconds(12.5), False)
    assert (second.queue, second.agent, second.served) == ("cards", "ann", True)
    assert second.arrived_us - first.arrived_us == microseconds(7.5)
    assert second.ended_us - second.arrived_us == microseconds(292.5)


def test_answer_can_stand_as_an_instant_and_null_for_none(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "2014-01-02 08:00:00,cards,17,2014-01-02 08:00:30,2014-01-02 08:05:00",
        "2014-01-02 08:00:10,cards,NULL,NULL,2014-01-02 08:00:50",
        "2014-01-02 08:00:20,cards,17,2014-01-02 08:00:10,2014-01-02 08:05:00",
        header="date_received,queue_name,agent_number,answered,hangup",
    )
    assert [(call.served, call.waited_us // 10**6) for call in found.calls] == [(True, 30), (False, 40)]
    assert [(error.line, error.column) for error in found.errors] == [(4, "answered")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("cards,yesterday,served,3,ann,20", "arrived"),
        ("cards,nan,served,3,ann,20", "arrived"),
        (",10,served,3,ann,20", "queue"),
        ("cards,10,transferred,3,ann,20", "outcome"),
        ("cards,10,served,-1,ann,20", "wait_s"),
        ("cards,10,served,1e9,ann,20", "wait_s"),
        ("cards,10,served,3,,20", "agent"),
        ("cards,10,served,3,ann,", "ended"),
        ("cards,10,served,3,ann,12", "ended"),
        ("cards,10,served,3", ""),
    ],
)
def test_row_that_cannot_be_is_refused_and_the_others_are_used(tmp_path: Path, row: str, column: str) -> None:
    found = read(tmp_path, "cards,0,served,3,ann,20", row, "cards,20,abandoned,3,,")
    (error,) = found.errors
    assert (found.refused, error.line, error.column) == (1, 3, column)
    assert len(found.calls) == 2


@pytest.mark.parametrize(
    ("header", "rows"),
    [("queue,arrived,outcome,wait_s,agent", ["cards,0,served,3,ann"]), (HEADER, []), (HEADER, ["x"])],
)
def test_file_that_is_no_list_is_refused_whole(tmp_path: Path, header: str, rows: list[str]) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, *rows, header=header)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read_calls(tmp_path / "nowhere.csv")


def told(event: DomainEvent) -> tuple[float, str]:
    """Return when the event happened and the least that tells it from others."""
    words = {
        ContactQueued: lambda it: f"{it.contact_id} asks for {it.queue}",
        ContactConnected: lambda it: f"{it.contact_id} to {it.agent_id} after {it.waited_us // 10**6}",
        ContactAbandoned: lambda it: f"{it.contact_id} leaves",
        AgentStateChanged: lambda it: f"{it.agent_id} {it.new}",
    }
    return event.at_us / 10**6, words[type(event)](event)


def test_calls_are_told_in_the_order_of_time_and_idle_agents_go_home(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "cards,0,served,5,ann,100",
        "loans,10,abandoned,20,,",
        "cards,50,served,60,ann,200",
    )
    assert list(map(told, events_of(found.calls))) == [
        (0, "0 asks for cards"),
        (5, "0 to ann after 5"),
        (5, "ann on_contact"),
        (10, "1 asks for loans"),
        (30, "1 leaves"),
        (50, "2 asks for cards"),
        (100, "ann ready"),
        (110, "2 to ann after 60"),
        (110, "ann on_contact"),
        (200, "ann ready"),
        (2000, "ann logged_out"),
    ]


def test_head_start_is_a_place_further_forward(tmp_path: Path) -> None:
    found = read(tmp_path, "cards,100,abandoned,5,,,gold,90", header=f"{HEADER},tier,head_start_s")
    queued = next(events_of(found.calls))
    assert isinstance(queued, ContactQueued)
    assert (queued.tier, queued.key_us) == ("gold", microseconds(10))
