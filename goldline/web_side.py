"""The web side of a centre, put together: the site of its configuration, the application, the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from core.kernel.clock import Clock
from core.model.agent import AgentProfile
from core.model.contact import Requirement
from core.model.ids import AgentId, QueueName
from core.model.need import need_of
from dialer.campaign import CampaignRules
from goldline.config import Config
from goldline.config_alerts import limits_of
from goldline.config_dispositions import dispositions_of
from goldline.config_gate import gate_settings, oidc_settings
from goldline.config_routing import QueueSection
from goldline.config_web import web_settings
from goldline.doors import opening
from goldline.list_side import open_campaign_side
from goldline.stores import WebStores
from goldline.wall_clock import WallClock
from web.api.health import build_ops_application
from web.application import build_application
from web.front import FrontOffice
from web.house import House, QueueCard
from web.live.alerts import Alerts
from web.live.campaigns import CampaignClerk, Campaigns
from web.live.clerks import keep_at_work
from web.live.desks import Desks
from web.live.expected import WaitClerk
from web.live.floor import Floor
from web.live.following import Following
from web.live.happenings import Happenings
from web.live.live import Live
from web.live.own_day import OwnDays
from web.live.screen_news import ScreenNews
from web.ops.ops import Ops
from web.ports import Place
from web.server import WebServer
from web.settings import WebSettings
from web.site import Site


def house_of(
    config: Config, agents: Mapping[AgentId, AgentProfile], campaigns: Mapping[str, CampaignRules]
) -> House:
    """Return what people on screens may know of `config`."""
    return House(
        site=config.web.site,
        region=config.crm.region,
        zone=ZoneInfo(config.web.time_zone),
        pop_url=config.web.pop_url,
        crm_frame=config.web.crm_frame,
        queues={QueueName(name): _queue_card(name, section) for name, section in config.queues.items()},
        tiers=tuple(config.tiers),
        default_tier=config.rules.default_tier,
        agents=agents,
        not_ready_reasons=config.rules.not_ready_reasons,
        skip_reasons=config.rules.skip_reasons,
        dispositions=dispositions_of(config.dispositions),
        campaigns=campaigns,
        flows=config.control.flows,
        limits=limits_of(config.alerts),
    )


def _queue_card(name: str, section: QueueSection) -> QueueCard:
    requirements = (Requirement(skill=skill, minimum=level) for skill, level in section.requirements.items())
    return QueueCard(
        name=QueueName(name),
        need=need_of(requirements),
        threshold_s=section.promised_wait_s,
        target_share=section.promised_share,
        agent=section.agent,
        result_required=section.disposition_required,
    )


def follow(house: House, front: FrontOffice, clock: Clock, upto: Place) -> Following:
    """Return a live side that hears all that `front` tells from now on: what comes after `upto`."""
    now_us = clock.now_us()
    floor = Floor(house, now_us)
    campaigns = Campaigns(house.campaigns)
    live = Live((Desks(house, now_us), Happenings(), floor, OwnDays(floor), campaigns), now_us)
    live.holders.watch(floor.screen)
    news = ScreenNews(front, clock)
    live.holders.watch(news)
    live.holders.watch_sight(news.seen)
    following = Following(live, floor, campaigns, upto)
    front.listen(following)
    return following


@asynccontextmanager
async def open_web_side(
    config: Config,
    house: House,
    front: FrontOffice,
    following: Following,
    clock: Clock,
    stores: WebStores,
    ops: Ops,
) -> AsyncIterator[int]:
    """Serve the web side and give its port. Raises `OSError` where the port is taken."""
    fold = following.campaigns
    following.live.own(Alerts(house, following.live.shown, ops.readiness.missing))
    async with open_campaign_side(config, house.campaigns, stores.lists, clock, fold.look_again) as campaigns:
        site = Site(
            settings=web_settings(config.web),
            gate=gate_settings(config.web.gate),
            oidc=oidc_settings(config.web.oidc),
            clock=clock,
            front=front,
            house=house,
            wall=WallClock(),
            people=stores.people,
            customers=stores.customers,
            open_contacts=stores.open_contacts,
            campaigns=campaigns,
            history=stores.history,
            live=following.live,
            floor=following.floor,
            campaigns_now=fold,
            ops=ops,
        )
        server = WebServer(build_application(site), site.settings)
        look = _look(house, front, following, clock, stores)
        async with _serving(server, "web.port", following.live, clock, look) as port:
            yield port


@asynccontextmanager
async def open_ops_side(
    config: Config,
    house: House,
    front: FrontOffice,
    following: Following,
    clock: Clock,
    stores: WebStores,
    ops: Ops,
) -> AsyncIterator[int]:
    """Serve health and metrics of an engine without pages, and give the port; the bus is told as ever."""
    door = WebSettings(host=config.metrics.host, port=config.metrics.port)
    server = WebServer(build_ops_application(ops), door)
    look = _look(house, front, following, clock, stores)
    async with _serving(server, "metrics.port", following.live, clock, look) as port:
        yield port


@asynccontextmanager
async def _serving(
    server: WebServer, key: str, live: Live, clock: Clock, look: Coroutine[None, None, None]
) -> AsyncIterator[int]:
    """Serve at the port that `key` names and give it, while `live` tells and looks on."""
    looking = asyncio.create_task(look)  # det-ok: an edge
    try:
        live.start(clock)
        with opening(key):
            port = await server.start()
        yield port
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        live.close()
        await server.close()


async def _look(
    house: House, front: FrontOffice, following: Following, clock: Clock, stores: WebStores
) -> None:
    """Read what happened today so far, and ask from then on what no event tells."""
    await following.catch_up(stores.history, house.zone, clock.now_us())
    await keep_at_work(
        CampaignClerk(following.campaigns, front, stores.lists.records, clock),
        WaitClerk(following.floor, front, clock),
    )
