"""The Asterisk adapter while its AMI link is down and its FastAGI server is not."""

from __future__ import annotations

import pytest

from core.model.commands import HangUpLeg
from core.model.events import DialogueClosed, DialogueOpened, LegCreated, LegEnded, PbxLost, PbxSynced
from core.model.ids import LegId
from tests.contract.test_pbx_port import TcpStage, over_tcp


@pytest.mark.slow
async def test_end_of_a_caller_who_came_and_went_while_ami_was_away_is_told() -> None:
    """Otherwise the caller would wait in line for ever, and every agent be rung for nobody."""
    async with over_tcp() as stage:
        assert isinstance(stage, TcpStage)
        stage.told.clear()
        stage.server.drop_clients()
        await stage.until(PbxLost)
        channel = stage.exchange.call_in(caller_number="+15550123", caller_name="", dialed_number="800")
        await stage.until(DialogueOpened)
        stage.exchange.leave(channel)
        await stage.until(DialogueClosed)
        assert not stage.have(PbxSynced, 1), "the link must not be back before the caller has gone"
        await stage.until(PbxSynced)
        ended = [event for event in stage.told if isinstance(event, LegEnded)]
        assert [(event.leg_id, event.cause) for event in ended] == [(channel.uniqueid, 0)]
        assert stage.told.index(ended[0]) < len(stage.told) - 1, "told before the line is served again"


@pytest.mark.slow
async def test_caller_who_is_still_there_when_ami_is_back_is_not_told_gone() -> None:
    async with over_tcp() as stage:
        assert isinstance(stage, TcpStage)
        stage.told.clear()
        stage.server.drop_clients()
        await stage.until(PbxLost)
        channel = stage.exchange.call_in(caller_number="+15550123", caller_name="", dialed_number="800")
        await stage.until(PbxSynced)
        assert stage.have(LegCreated, 1)
        assert not stage.have(LegEnded, 1)
        stage.exchange.leave(channel)
        await stage.until_told_of(LegId(channel.uniqueid), LegEnded, DialogueClosed)
        assert sum(isinstance(event, LegEnded) for event in stage.told) == 1


@pytest.mark.slow
async def test_hang_up_that_could_not_be_sent_is_sent_when_the_link_is_back() -> None:
    async with over_tcp() as stage:
        assert isinstance(stage, TcpStage)
        _, leg_id = await stage.caller()
        stage.told.clear()
        stage.server.drop_clients()
        await stage.until(PbxLost)
        stage.pbx.execute(HangUpLeg(leg_id=leg_id))
        assert not stage.have(PbxSynced, 1), "the hang-up must meet a link that is down"
        await stage.until_told_of(leg_id, LegEnded)
        assert stage.have(PbxSynced, 1)
