"""The web side of a centre, put together: the site of its configuration, the application, the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from core.kernel.clock import Clock
from core.model.agent import AgentProfile
from core.model.ids import AgentId, QueueName
from dialer.campaign import CampaignRules
from goldline.config import Config
from goldline.config_dispositions import dispositions_of
from goldline.config_web import metrics_settings, web_settings
from goldline.live import WebStores
from goldline.wall_clock import WallClock
from web.api.health import build_ops_application
from web.application import build_application
from web.front import FrontOffice
from web.house import House, QueueCard
from web.ops.ops import Ops
from web.server import WebServer
from web.site import Site


def house_of(
    config: Config, agents: Mapping[AgentId, AgentProfile], campaigns: Mapping[str, CampaignRules]
) -> House:
    """Return what people on screens may know of `config`."""
    return House(
        site=config.web.site,
        region=config.crm.region,
        queues={QueueName(name): QueueCard(name=QueueName(name)) for name in config.queues},
        tiers=tuple(config.tiers),
        agents=agents,
        not_ready_reasons=config.rules.not_ready_reasons,
        skip_reasons=config.rules.skip_reasons,
        dispositions=dispositions_of(config.dispositions),
        campaigns=campaigns,
    )


@asynccontextmanager
async def open_web_side(
    config: Config, house: House, front: FrontOffice, clock: Clock, stores: WebStores, ops: Ops
) -> AsyncIterator[int]:
    """Serve the web side and give its port. Raises `OSError` where the port is taken."""
    site = Site(
        settings=web_settings(config.web),
        clock=clock,
        front=front,
        house=house,
        wall=WallClock(),
        people=stores.people,
        customers=stores.customers,
        open_contacts=stores.open_contacts,
        ops=ops,
    )
    server = WebServer(build_application(site), site.settings)
    port = await server.start()
    try:
        yield port
    finally:
        await server.close()


@asynccontextmanager
async def open_ops_side(config: Config, ops: Ops) -> AsyncIterator[int]:
    """Serve health and metrics of an engine without a web side, and give the port."""
    server = WebServer(build_ops_application(ops), metrics_settings(config.metrics))
    port = await server.start()
    try:
        yield port
    finally:
        await server.close()
