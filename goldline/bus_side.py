"""The bus of a centre, put together: the engine's end and the web's, each with its connection to the broker.

Needs the extra `mqtt`, but only where a broker is configured: the default bus is in the process.
"""

from __future__ import annotations

import secrets  # det-ok: names of processes, which never reach the engine
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.kernel.clock import Clock
from core.kernel.errors import ConfigError
from core.model.commands import DeskCommand
from core.model.message import DomainEvent
from core.ports import Sink
from crm.database import Database
from crm.ledger_pages import read_after
from goldline.config import Config
from goldline.config_bus import broker_settings
from web.bus.broker import Presence
from web.bus.engine_end import EngineEnd, LinkSettings
from web.bus.envelope import Envelopes
from web.bus.outbox import Outbox
from web.bus.publisher import Publisher
from web.bus.stream import GONE, HERE, STATUS
from web.bus.topics import Topics
from web.bus.web_end import WebEnd
from web.front import Answer, FrontOffice
from web.house import House
from web.live.live import Live
from web.ports import Place

if TYPE_CHECKING:
    from web.bus.link import BrokerLink


class EngineBus:
    """What the engine tells outside of its process: a watcher, a desk and a door of its runner."""

    def __init__(self, config: Config, folder: Path, run: int, sink: Sink, clock: Clock) -> None:
        settings = link_settings(config)
        outbox = Outbox(config.bus.waiting_bytes_max)
        self.end = EngineEnd(settings, run, outbox, sink, clock)
        self._publisher = Publisher(settings.site, run, outbox, clock)
        name = f"goldline-engine-{settings.site}"
        self.link = _link(config, folder, name, outbox, self, _presence(settings.site, run, clock))

    def start(self) -> None:
        """Connect to the broker, for ever."""
        self.link.start()

    async def close(self) -> None:
        """Say good-bye."""
        await self.link.close()

    def publish(self, live: Live, house: House) -> None:
        """Tell other programs what `live` tells screens."""
        self._publisher.follow(live, house)

    # --- the end of a link --------------------------------------------------------------------------

    @property
    def subscriptions(self) -> list[str]:
        """Return the topics to hear."""
        return [*self.end.subscriptions, *self._publisher.subscriptions]

    def up(self) -> None:
        """The broker is there."""
        self.end.up()

    def down(self) -> None:
        """The connection is lost."""
        self.end.down()

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message of a web process, or what an earlier run has left."""
        if self.end.is_for(topic):
            self.end.hear(topic, payload)
        else:
            self._publisher.hear(topic, payload)

    # --- what the engine tells ----------------------------------------------------------------------

    def add(self, event: DomainEvent) -> None:
        """Tell a fact."""
        self.end.add(event)
        self._publisher.add(event)

    def show(self, command: DeskCommand) -> None:
        """Tell what a screen shows."""
        self.end.show(command)

    def answer(self, command: Answer) -> None:
        """Tell the answer to a request."""
        self.end.answer(command)


def engine_buses(config: Config, folder: Path, run: int, sink: Sink, clock: Clock) -> tuple[EngineBus, ...]:
    """Return the engine's bus where a broker is configured, none elsewhere."""
    return (EngineBus(config, folder, run, sink, clock),) if config.bus.url else ()


class LedgerLog:
    """The ledger as a web process apart reads it: the `EventLog` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(self, place: Place) -> AsyncIterator[tuple[Place, DomainEvent]]:
        """Yield all events beyond `place`, of later runs too, in their order."""
        async for told in read_after(self._database, *place):
            yield told


class WebBus:
    """The front office of a web process apart, and the link that feeds it."""

    def __init__(self, config: Config, folder: Path, database: Database, clock: Clock, place: Place) -> None:
        settings = link_settings(config)
        if not config.bus.url or not settings.token:
            raise ConfigError("bus", config.bus.url, "url and token: a web side apart is fed by the broker")
        name = f"web-{secrets.token_hex(4)}"  # det-ok: unique among all processes that were ever started
        outbox = Outbox(config.bus.waiting_bytes_max)
        self.end = WebEnd(settings, name, outbox, LedgerLog(database), clock, place)
        self.link = _link(config, folder, f"goldline-{name}", outbox, self.end, self.end.presence())

    @property
    def front(self) -> FrontOffice:
        """Return what people's screens ask and hear."""
        return self.end.front


@asynccontextmanager
async def open_web_bus(
    config: Config, folder: Path, database: Database, clock: Clock, place: Place
) -> AsyncIterator[WebBus]:
    """Give the link of a web process, which goes on from `place` in the ledger."""
    bus = WebBus(config, folder, database, clock, place)
    bus.link.start()
    try:
        yield bus
    finally:
        await bus.link.close()
        await bus.end.close()


def link_settings(config: Config) -> LinkSettings:
    """Return how engine and web know each other."""
    return LinkSettings(site=config.web.site, token=config.bus.token.get_secret_value())


def _link(
    config: Config,
    folder: Path,
    client_id: str,
    outbox: Outbox,
    end: EngineBus | WebEnd,
    presence: Presence,
) -> BrokerLink:
    """Return the connection of `end`, not yet begun."""
    try:
        from web.bus.link import BrokerLink
    except ModuleNotFoundError as missing:
        needed = f"{missing.name}: pip install 'goldline[mqtt]'"
        raise ConfigError("bus.url", config.bus.url, f"this takes {needed}") from None
    return BrokerLink(broker_settings(config.bus, folder, client_id), outbox, end, presence)


def _presence(site: str, run: int, clock: Clock) -> Presence:
    """Return how it is told that the engine is there, or not any more."""
    envelopes = Envelopes(f"{site}/engine", f"status-{run}")

    def told(state: str) -> bytes:
        return envelopes.wrap(STATUS, "engine", clock.now_us(), {"state": state, "run": run})

    return Presence(topic=Topics(site).status, here=told(HERE), gone=told(GONE))
