"""Work besides calls in figures of its own, and in none of the calls'."""

from __future__ import annotations

import pytest

from agents.agent import WorkRules
from core.model.commands import AppendToLedger, PopScreen
from core.model.contact import VOICE
from core.model.events import InteractionRecorded
from core.model.ids import AgentId
from core.model.requests import AcceptOffer, AddWork, FinishWork, RejectOffer, ReturnWork, WithdrawWork
from metrics.day import DayFigures
from metrics.frame import Frame
from metrics.work import WorkByChannel, work_summary
from tests.unit.floor import CARDS, TASK, Floor

ANN = AgentId("ann")


def day() -> Floor:
    """One task is done after somebody gave it back, one withdrawn, and a call comes in between."""
    floor = Floor({"ann": 5, "bob": 5}, work=WorkRules(capacity={VOICE: 1, TASK: 1}))
    floor.ready("ann")
    floor.hear(AddWork(at_us=floor.now_us, work_id="T-1", channel=TASK, queue=CARDS.name))
    first = floor.orders(PopScreen)[-1]
    for request in (AcceptOffer, ReturnWork):
        floor.pass_s(10)
        named = (
            {"offer_id": first.offer_id, "version": first.version}
            if request is AcceptOffer
            else {"contact_id": first.contact_id}
        )
        floor.hear(request(at_us=floor.now_us, agent_id=ANN, **named))
    again = floor.orders(PopScreen)[-1]
    floor.hear(AcceptOffer(at_us=floor.now_us, agent_id=ANN, offer_id=again.offer_id, version=again.version))
    floor.arrive("caller")
    floor.pass_s(30)
    floor.answer("ann")
    floor.pass_s(10)
    floor.hear(FinishWork(at_us=floor.now_us, agent_id=ANN, contact_id=again.contact_id))
    floor.hear(AddWork(at_us=floor.now_us, work_id="T-2", channel=TASK, queue=CARDS.name))
    floor.ready("bob")
    last = floor.orders(PopScreen)[-1]
    floor.hear(
        RejectOffer(at_us=floor.now_us, agent_id=last.agent_id, offer_id=last.offer_id, version=last.version)
    )
    floor.hear(WithdrawWork(at_us=floor.now_us, work_id="T-2"))
    return floor


def test_work_is_counted_by_channel_with_its_waits_and_how_long_it_took() -> None:
    figures = WorkByChannel(Frame())
    for command in day().orders(AppendToLedger):
        figures.add(command.event)
    tree = work_summary(figures, [TASK, "mail"])
    counts = {name: tree[TASK][name] for name in ("brought", "done", "withdrawn", "declined", "returned")}
    assert counts == {"brought": 2, "done": 1, "withdrawn": 1, "declined": 1, "returned": 1}
    assert tree[TASK]["mean_wait_s"].value == pytest.approx(20)
    assert tree[TASK]["mean_work_s"].value == pytest.approx(40)
    assert tree["mail"]["brought"] == 0


def test_figures_of_calls_know_nothing_of_it() -> None:
    floor, figures = day(), DayFigures()
    floor.hang_up("leg-caller")
    floor.fire("wrap_up", "ann")
    for command in floor.orders(AppendToLedger):
        figures.add(command.event)
    assert (figures.arrived, figures.of().offered, figures.of().handled) == (1, 1, 1)
    assert {record.channel for record in floor.events(InteractionRecorded)} == {VOICE, TASK}
