"""Starts and stops campaigns: by a word with the engine that runs, or in the ledger for the next one.

A running engine is reached through the door for other programs (`[work_door]`). Where nothing runs, the
ledger is told the state that the next engine takes up when it starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.kernel.errors import RequestRefused
from core.model.at_work import Aspect
from core.model.campaign_events import CampaignChanged
from core.model.campaign_requests import (
    CampaignRequest,
    DescribeCampaign,
    PauseCampaign,
    SetAsConfigured,
    SetPacing,
    StartCampaign,
)
from crm.leads.results import list_standings
from crm.ledger import SqlLedger
from crm.ledger_reader import LedgerReader
from dialer.campaign import CAMPAIGN, CampaignState
from goldline.campaign.known import config_with
from goldline.config import Config
from goldline.stores import open_database, open_stores
from goldline.wall_clock import WallClock
from metrics.campaign_results import worked
from web.work_client import ask

BY_HAND = "asked_while_nothing_ran"
_NEXT_STATE = {StartCampaign: CampaignState.DIALING, PauseCampaign: CampaignState.PAUSED}


async def start(campaign: str, config_path: Path) -> dict[str, Any]:
    """Let a campaign dial; raise `RequestRefused` where the engine will not have it."""
    return await _wish(StartCampaign, campaign, config_path)


async def stop(campaign: str, config_path: Path) -> dict[str, Any]:
    """Let a campaign dial nobody new; who rings or talks goes on."""
    return await _wish(PauseCampaign, campaign, config_path)


async def pace(campaign: str, config_path: Path, wishes: Mapping[str, int | str]) -> None:
    """Let a campaign that an engine runs pace otherwise: `wishes` are fields of `SetPacing`.

    Raises `RequestRefused` where the engine will not have it, or none runs.
    """
    await _from_running_engine(SetPacing, campaign, config_path, wishes)


async def pace_as_configured(campaign: str, config_path: Path) -> None:
    """Let a campaign that an engine runs pace as the file has it; raises as `pace`."""
    await _from_running_engine(SetAsConfigured, campaign, config_path, {"what": Aspect.PACING})


async def status(campaign: str, config_path: Path) -> dict[str, Any]:
    """Return how a campaign stands: its state, its agents and calls if an engine runs, its lists."""
    config = config_with(campaign, config_path)
    answer = await _from_engine(DescribeCampaign, campaign, config)
    async with open_database(config) as database:
        lists = await list_standings(database, campaign)
        told = {each.campaign: each.state for each in await LedgerReader(database).last_campaign_states()}
    state = told.get(campaign, CAMPAIGN.start.value)
    standing = answer["standing"] if answer else {"state": state}
    return {
        "campaign": campaign,
        "runs": answer is not None,
        **{key: figure for key, figure in standing.items() if key != "type"},
        "lists": {each.list_name: worked(each) for each in lists},
    }


async def _wish(kind: type[CampaignRequest], campaign: str, config_path: Path) -> dict[str, Any]:
    config = config_with(campaign, config_path)
    state = _NEXT_STATE[kind]
    if await _from_engine(kind, campaign, config) is not None:
        return {"campaign": campaign, "runs": True, "state": state.value}
    await _note(campaign, state, config)
    return {"campaign": campaign, "runs": False, "state": state.value}


async def _from_running_engine(
    kind: type[CampaignRequest], campaign: str, config_path: Path, wishes: Mapping[str, int | str]
) -> None:
    if await _from_engine(kind, campaign, config_with(campaign, config_path), wishes) is None:
        raise RequestRefused("no_engine", "no engine runs that could be asked")


async def _from_engine(
    kind: type[CampaignRequest],
    campaign: str,
    config: Config,
    wishes: Mapping[str, int | str] = MappingProxyType({}),
) -> dict[str, Any] | None:
    """Return the answer of the engine that runs, None where none does."""
    door = config.work_door
    token, url = door.token.get_secret_value(), f"ws://{door.host}:{door.port}/work"
    if not token:
        return None
    try:
        answer = await ask(url, token, kind.__name__, campaign=campaign, **wishes)
    except ConnectionRefusedError:
        return None
    if answer["code"]:
        raise RequestRefused(answer["code"], answer["reason"])
    return answer


async def _note(campaign: str, state: CampaignState, config: Config) -> None:
    """Tell the ledger the state that the next engine takes up; raise `OSError` where that is in vain."""
    clock = WallClock()
    try:
        async with open_stores(config, clock) as stores:
            ledger = stores.ledger
            ledger.append(
                CampaignChanged(at_us=clock.now_us(), campaign=campaign, state=state, reason=BY_HAND)
            )
    except BlockingIOError as error:
        raise RequestRefused("engine_not_asked", f"{error}; [work_door] needs a token to ask it") from error
    if isinstance(ledger, SqlLedger) and ledger.lost + ledger.refused:
        raise OSError(f"{campaign} is not {state.value}: neither the database nor the spool took it down")
