"""The Asterisk adapter while its AMI link is cut and its FastAGI server is not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.model.commands import HangUpLeg
from core.model.events import DialogueClosed, DialogueOpened, LegCreated, LegEnded, PbxLost, PbxSynced
from core.model.ids import LegId
from tests.services.pbx_lines import TcpLine, tcp_line

pytestmark = pytest.mark.slow


@pytest.fixture
async def line() -> AsyncIterator[TcpLine]:
    async with tcp_line() as line:
        yield line


async def cut(line: TcpLine) -> None:
    line.told.clear()
    line.cable.cut()
    await line.wait_for(PbxLost)


async def mend(line: TcpLine) -> None:
    line.cable.mend()
    await line.wait_for(PbxSynced)


async def test_end_of_a_caller_who_came_and_went_while_ami_was_away_is_told(line: TcpLine) -> None:
    """Otherwise the caller would wait in line for ever, and every agent be rung for nobody."""
    await cut(line)
    channel = line.exchange.call_in(caller_number="+15550123", caller_name="", dialed_number="800")
    await line.wait_for(DialogueOpened)
    line.exchange.leave(channel)
    await line.wait_for(DialogueClosed)
    await mend(line)
    (ended,) = line.all_of(LegEnded)
    assert (ended.leg_id, ended.cause) == (channel.uniqueid, 0)
    assert line.told.index(ended) < line.told.index(line.all_of(PbxSynced)[0]), "before anybody is rung"


async def test_caller_who_is_still_there_when_ami_is_back_is_not_told_gone(line: TcpLine) -> None:
    await cut(line)
    channel = line.exchange.call_in(caller_number="+15550123", caller_name="", dialed_number="800")
    await line.wait_for(DialogueOpened)
    await mend(line)
    assert len(line.all_of(LegCreated)) == 1
    assert line.all_of(LegEnded) == []
    line.exchange.leave(channel)
    await line.wait_for(LegEnded)
    await line.wait_for(DialogueClosed)
    assert len(line.all_of(LegEnded)) == 1


async def test_hang_up_that_could_not_be_sent_is_sent_when_the_link_is_back(line: TcpLine) -> None:
    leg_id = LegId((await line.caller()).leg_id)
    await line.wait_for(LegCreated, leg_id=leg_id)
    await cut(line)
    line.pbx.execute(HangUpLeg(leg_id=leg_id))
    assert line.all_of(LegEnded) == []
    await mend(line)
    await line.wait_for(LegEnded, leg_id=leg_id)
