"""Engine and web apart over a real broker: whoever goes away, everything is heard once and in order."""

from __future__ import annotations

import asyncio

import pytest

from core.kernel.clock import SECOND_US
from core.model.codec import encode
from core.model.commands import ClearScreen, PopScreen
from core.model.ids import AgentId, ContactId, OfferId
from core.model.requests import DeskBack, DeskLost, GoReady
from tests.services.bus_ends import TOKEN, Engine, Ledger, Web, linked, state, until
from tests.services.mosquitto import Mosquitto
from web.bus import stream
from web.bus.envelope import Envelopes
from web.bus.outbox import Outgoing
from web.bus.topics import Topics
from web.bus.web_end import LinkState

pytestmark = [pytest.mark.mosquitto, pytest.mark.slow]

ANNA = AgentId("anna")


def record(contact_id: str) -> PopScreen:
    return PopScreen(
        agent_id=ANNA,
        offer_id=OfferId("O-1"),
        contact_id=ContactId(contact_id),
        caller_number="+15550001",
        customer=None,
        tier="gold",
        queue="cards",
        choices=(),
        waited_us=0,
        language="en",
    )


async def test_facts_screens_and_answers_come_over(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    async with linked(engine, web):
        await web.end.live.wait()
        engine.tell(1, 2)
        engine.end.show(state(7))
        answer = await web.end.front.ask(GoReady(at_us=0, agent_id=ANNA))
        await web.has_heard(1, 2)
        assert web.shown == [state(7)]
        assert answer.request_id == "web-1-1"
        (asked,) = engine.asked
        assert isinstance(asked, GoReady)


async def test_who_comes_late_hears_all_from_the_ledger_and_sees_the_screens_as_they_are(
    broker: Mosquitto,
) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    async with linked(engine):
        engine.tell(1, 2, 3)
        for command in (state(1), record("C-1"), state(2)):
            engine.end.show(command)
        async with linked(web):
            await web.end.live.wait()
            engine.tell(4)
            await web.has_heard(1, 2, 3, 4)
            assert web.shown == [state(2), record("C-1")]


async def test_a_broker_that_is_killed_costs_no_fact_and_no_screen(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    async with linked(engine, web):
        await web.end.live.wait()
        engine.tell(1)
        await web.has_heard(1)
        broker.kill()
        await until(lambda: not engine.link.is_up and not web.link.is_up)
        engine.tell(2, 3)
        engine.end.show(state(5))
        broker.start()
        await until(lambda: web.link.is_up)
        await web.end.live.wait()
        engine.tell(4)
        await web.has_heard(1, 2, 3, 4)
        assert web.shown[-1] == state(5)
        assert engine.link.outbox.lost == 0


async def test_what_the_outbox_had_no_room_for_is_read_from_the_ledger(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1, bytes_max=2_000), Web(broker.port, ledger)
    async with linked(engine, web):
        await web.end.live.wait()
        broker.kill()
        await until(lambda: not engine.link.is_up)
        for number in range(1, 41):
            engine.tell(number)
            await asyncio.sleep(0)
        broker.start()
        await web.has_heard(*range(1, 41))
        assert engine.link.outbox.lost > 0


async def test_a_new_run_of_the_engine_is_followed_from_its_first_word(broker: Mosquitto) -> None:
    ledger = Ledger()
    web = Web(broker.port, ledger)
    async with linked(web):
        first = Engine(broker.port, ledger, 1)
        async with linked(first):
            await web.end.live.wait()
            first.tell(1)
            first.end.show(record("C-1"))
            await web.has_heard(1)
        await until(lambda: not web.end.live.is_set())
        second = Engine(broker.port, ledger, 2)
        second.tell(2)
        async with linked(second):
            await web.end.live.wait()
            second.tell(3)
            await web.has_heard(1, 2, 3)
            assert web.shown[-1] == ClearScreen(agent_id=ANNA, contact_id=ContactId("C-1"))


async def test_a_gap_in_the_stream_is_filled(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    async with linked(engine, web):
        await web.end.live.wait()
        engine.tell(1)
        await web.has_heard(1)
        hear = web.end.hear

        def miss_one(topic: str, payload: bytes) -> None:
            web.end.hear = hear  # type: ignore[method-assign]

        web.end.hear = miss_one  # type: ignore[method-assign]
        engine.tell(2)
        await until(lambda: web.end.hear == hear)
        engine.tell(3)
        await web.has_heard(1, 2, 3)
        assert web.end.gaps == 1


async def test_without_the_ledger_desks_work_on_and_what_is_missing_is_counted(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.bus.web_end.LEDGER_WITHIN_S", 0.2)
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    async with linked(engine):
        engine.tell(1, 2)
        engine.end.show(state(7))
        ledger.is_away = True
        async with linked(web):
            await web.end.live.wait()
            engine.tell(3)
            await web.has_heard(3)
            assert web.shown == [state(7)]
            assert web.end.unread == 2


# --- who is believed -------------------------------------------------------------------------------------


def forged(token: str, at_us: int, message_id: str = "forged") -> Outgoing:
    """Return a request as somebody would send it who has got at the broker."""
    envelopes = Envelopes("main/web-1", message_id, token)
    request = encode(GoReady(at_us=0, agent_id=ANNA, request_id="web-1-9"))
    payload = envelopes.wrap(stream.REQUEST, "web-1", at_us, request, sealed=True)
    return Outgoing(Topics("main").asked("web-1"), payload)


async def test_a_request_needs_the_seal_has_to_be_fresh_and_counts_once(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    async with linked(engine, web):
        await web.end.live.wait()
        now_us = engine.end._clock.now_us()
        good = forged(TOKEN, now_us)
        for message in (
            forged("another token", now_us, "no seal"),
            forged(TOKEN, now_us - 60 * SECOND_US, "recorded a minute ago"),
            good,
            good,
        ):
            web.link.outbox.send(message)
        await until(lambda: engine.end.refused == 3)
        assert len(engine.asked) == 1


async def test_an_engine_without_a_token_takes_nothing_and_tells_nothing(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1, token=""), Web(broker.port, ledger)
    async with linked(engine, web):
        engine.tell(1)
        web.link.outbox.send(forged("", engine.end._clock.now_us()))
        await until(lambda: not web.link.outbox)
        assert (engine.asked, web.heard, web.end.state) == ([], [], LinkState.GREETING)


async def test_what_the_engine_did_not_seal_is_not_heard(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    liar = Engine(broker.port, Ledger(), 9, token="another token")
    async with linked(engine, web):
        await web.end.live.wait()
        liar_link = linked(liar)
        async with liar_link:
            liar.tell(666)
            await until(lambda: not liar.link.outbox)
            engine.tell(1)
            await web.has_heard(1)


# --- desks of web processes ------------------------------------------------------------------------------


def news_of_desks(engine: Engine) -> list[str]:
    return [type(event).__name__ for event in engine.asked]


async def test_desks_of_a_web_process_that_is_gone_are_lost_and_those_that_moved_are_not(
    broker: Mosquitto,
) -> None:
    ledger = Ledger()
    engine = Engine(broker.port, ledger, 1)
    first, second = Web(broker.port, ledger, "web-1"), Web(broker.port, ledger, "web-2")
    async with linked(engine, first, second):
        await first.end.live.wait()
        await second.end.live.wait()
        first.end.front.tell(DeskBack(at_us=0, agent_id=ANNA))
        await until(lambda: news_of_desks(engine) == ["DeskBack"])
        # Anna's page finds the second process, and only then does the first notice that it has gone.
        second.end.front.tell(DeskBack(at_us=0, agent_id=ANNA))
        await until(lambda: news_of_desks(engine) == ["DeskBack", "DeskBack"])
        first.end.front.tell(DeskLost(at_us=0, agent_id=ANNA))
        await first.link.close()
        await second.link.close()
        await until(lambda: len(engine.asked) == 3)
        assert news_of_desks(engine) == ["DeskBack", "DeskBack", "DeskLost"]


async def test_without_the_broker_desks_are_lost_and_come_back_with_it(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    async with linked(engine, web):
        await web.end.live.wait()
        web.end.front.tell(DeskBack(at_us=0, agent_id=ANNA))
        await until(lambda: news_of_desks(engine) == ["DeskBack"])
        broker.kill()
        await until(lambda: news_of_desks(engine) == ["DeskBack", "DeskLost"])
        broker.start()
        await until(lambda: news_of_desks(engine) == ["DeskBack", "DeskLost", "DeskBack"])


async def test_what_is_asked_while_nobody_hears_is_not_granted_later(broker: Mosquitto) -> None:
    ledger = Ledger()
    engine, web = Engine(broker.port, ledger, 1), Web(broker.port, ledger)
    async with linked(engine, web):
        await web.end.live.wait()
        broker.kill()
        await until(lambda: not web.link.is_up)
        with pytest.raises(TimeoutError, match="not heard"):
            await web.end.front.ask(GoReady(at_us=0, agent_id=ANNA))
        broker.start()
        await web.end.live.wait()
        engine.tell(1)
        await web.has_heard(1)
        assert engine.asked == []
