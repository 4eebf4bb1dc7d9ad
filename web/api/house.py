"""What the pages know of the house before anything happens: its words, its queues, its people at desks."""

from __future__ import annotations

from fastapi import APIRouter

from core.model.disposition import SYSTEM, CallbackBy, Disposition
from dialer.campaign import CampaignRules
from web.callers import OfCaller, OfSite
from web.house import House, QueueCard
from web.views.house import (
    AgentNameView,
    CampaignNameView,
    DispositionView,
    HouseView,
    LimitsView,
    QueueTargetView,
    TransferTargetView,
)

router = APIRouter(tags=["house"])

LANGUAGES = ("en", "zh-CN")
"""What the pages are written in."""


@router.get("/house")
async def house(site: OfSite, caller: OfCaller) -> HouseView:
    """Tell what there is: queues with their targets, tiers, agents, reasons, results, campaigns."""
    return house_view(site.house)


@router.get("/dispositions")
async def dispositions(site: OfSite, caller: OfCaller) -> dict[str, DispositionView]:
    """Tell what contacts may come to, by code: the house's own, and those that no agent tells."""
    told = {code: disposition_view(each, is_told=True) for code, each in site.house.dispositions.items()}
    return told | {code: disposition_view(each, is_told=False) for code, each in SYSTEM.items()}


def _limits(house: House) -> LimitsView:
    limits = house.limits
    return LimitsView(
        wrap_up_seconds=limits.wrap_up_s or None,
        not_ready_seconds=limits.not_ready_s or None,
        talk_seconds=limits.talk_s or None,
        critical_at=limits.critical_at,
    )


def house_view(house: House) -> HouseView:
    """Return what people on screens may know of `house`."""
    return HouseView(
        site=house.site,
        region=house.region,
        queues={name: _target(card) for name, card in house.queues.items()},
        tiers=house.tiers,
        agents=tuple(
            AgentNameView(agent_id=agent_id, name=agent.name) for agent_id, agent in house.agents.items()
        ),
        skills=house.skills(),
        not_ready_reasons=house.not_ready_reasons,
        skip_reasons=house.skip_reasons,
        dispositions={
            code: disposition_view(each, is_told=True) for code, each in house.dispositions.items()
        },
        campaigns=tuple(_campaign(rules) for rules in house.campaigns.values()),
        transfer_targets=_targets(house),
        callback_by=tuple(CallbackBy),
        languages=LANGUAGES,
        crm_frame=house.crm_frame,
        limits=_limits(house),
    )


def disposition_view(disposition: Disposition, *, is_told: bool) -> DispositionView:
    """Return a result; `is_told` where agents may choose it."""
    return DispositionView(
        label=disposition.label,
        group=disposition.group,
        is_told=is_told,
        is_contact=disposition.is_contact,
        is_right_party=disposition.is_right_party,
        is_sale=disposition.is_sale,
        is_dnc=disposition.is_dnc,
        is_refusal=disposition.is_refusal,
        is_callback=disposition.is_callback,
    )


def _target(card: QueueCard) -> QueueTargetView:
    return QueueTargetView(name=card.name, threshold_seconds=card.threshold_s, target_share=card.target_share)


def _campaign(rules: CampaignRules) -> CampaignNameView:
    return CampaignNameView(
        name=rules.name,
        queue=rules.queue,
        mode=rules.mode,
        agents_dial=rules.agents_dial,
        dispositions=dict(rules.results),
    )


def _targets(house: House) -> tuple[TransferTargetView, ...]:
    """Return whom a call may be passed on to by a click; a number can be typed besides."""
    queues = (TransferTargetView(to="queue", target=name, label=name) for name in house.queues)
    agents = (
        TransferTargetView(to="agent", target=agent_id, label=agent.name or agent_id)
        for agent_id, agent in house.agents.items()
    )
    flows = (TransferTargetView(to="flow", target=name, label=name) for name in house.flows)
    return (*queues, *agents, *flows)
