"""The connection with the broker: MQTT 5 by aiomqtt, kept up for ever. The one file that knows MQTT.

The end whose link it is names topics, hears what comes, and puts what is to go into the outbox. While the
broker is away the outbox fills up to its bound, and nobody waits for anything. When it is back the end is
told so, its presence is published, then what happened meanwhile, and all states again.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from typing import Protocol

import aiomqtt
import structlog
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from web.bus.broker import BrokerSettings, Presence
from web.bus.envelope import CONTENT_TYPE
from web.bus.outbox import Outbox, Outgoing

log = structlog.get_logger(__name__)

AT_LEAST_ONCE = 1
"""The quality of service of everything: the broker says that it has a message."""
_SILENT = logging.getLogger("goldline.mqtt")
"""What the client library would say, we say ourselves: once, and in our form."""
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class End(Protocol):
    """Whose link it is; nothing here may block."""

    @property
    def subscriptions(self) -> Sequence[str]:
        """Return the topics to hear."""
        ...

    def up(self) -> None:
        """The broker is there, and the subscriptions stand."""
        ...

    def down(self) -> None:
        """The connection is lost."""
        ...

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message."""
        ...


class BrokerLink:
    """One client of one broker, for one `end`."""

    def __init__(
        self, settings: BrokerSettings, outbox: Outbox, end: End, presence: Presence | None = None
    ) -> None:
        self.outbox = outbox
        self.is_up = False
        self.connections = 0
        """How often the broker was reached."""
        self.published = 0
        self.trouble = ""
        """Why the last attempt or connection failed, in words for people."""
        self._settings = settings
        self._end = end
        self._presence = presence
        self._tls = _tls_context(settings) if settings.tls else None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, and keep connecting; needs a running loop."""
        self._task = asyncio.get_running_loop().create_task(self._keep_up())  # det-ok: an edge

    async def close(self) -> None:
        """Say good-bye and stay away; what still waits is dropped."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # --- being connected ----------------------------------------------------------------------------

    async def _keep_up(self) -> None:
        pause_s = self._settings.pause_first_s
        while True:
            try:
                async with self._client() as client:
                    pause_s = self._settings.pause_first_s
                    await self._serve(client)
            except (aiomqtt.MqttError, OSError, ValueError) as error:
                self._note(str(error) or type(error).__name__)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, self._settings.pause_max_s)

    def _client(self) -> aiomqtt.Client:
        settings, presence = self._settings, self._presence
        will = None
        if presence is not None:
            will = aiomqtt.Will(presence.topic, presence.gone, AT_LEAST_ONCE, presence.retain)
        return aiomqtt.Client(
            settings.host,
            settings.port,
            username=settings.login or None,
            password=settings.password or None,
            identifier=settings.client_id,
            protocol=aiomqtt.ProtocolVersion.V5,
            will=will,
            clean_start=True,
            tls_context=self._tls,
            keepalive=settings.keepalive_s,
            timeout=settings.answer_within_s,
            logger=_SILENT,
        )

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Subscribe, then send and hear until the connection is lost."""
        for topic in self._end.subscriptions:
            await client.subscribe(topic, options=_options())
        self.connections += 1
        self.is_up, self.trouble = True, ""
        log.info("bus_up", connection=self.connections)
        self.outbox.keep_all()
        try:
            await self._tell_presence(client, here=True)
            self._end.up()
            await self._talk(client)
        except asyncio.CancelledError:
            await self._tell_presence(client, here=False)
            raise
        finally:
            self.is_up = False
            self._end.down()

    async def _talk(self, client: aiomqtt.Client) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send_on(client))  # det-ok: an edge
                group.create_task(self._hear_on(client))  # det-ok: an edge
        except* aiomqtt.MqttError as lost:
            self._note(str(lost.exceptions[0]))

    async def _tell_presence(self, client: aiomqtt.Client, *, here: bool) -> None:
        presence = self._presence
        if presence is not None:
            payload = presence.here if here else presence.gone
            await self._publish(client, Outgoing(presence.topic, payload, presence.retain))

    def _note(self, trouble: str) -> None:
        """Say why there is no connection, once."""
        if trouble != self.trouble:
            log.warning("bus_away", trouble=trouble)
        self.trouble = trouble

    # --- messages -----------------------------------------------------------------------------------

    async def _send_on(self, client: aiomqtt.Client) -> None:
        outbox = self.outbox
        while True:
            await outbox.filled.wait()
            while outbox:
                message = outbox.next()
                await self._publish(client, message)
                outbox.done(message)

    async def _publish(self, client: aiomqtt.Client, message: Outgoing) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = CONTENT_TYPE
        if message.expires_s is not None:
            properties.MessageExpiryInterval = message.expires_s
        await client.publish(
            message.topic, message.payload, AT_LEAST_ONCE, retain=message.retain, properties=properties
        )
        self.published += 1

    async def _hear_on(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload
            try:
                self._end.hear(message.topic.value, payload if isinstance(payload, bytes) else b"")
            except Exception:  # a fault of ours costs this message, never the link
                log.exception("bus_message_failed", topic=message.topic.value)


def _options() -> SubscribeOptions:
    """Return how we subscribe: not to what we publish ourselves."""
    return SubscribeOptions(qos=AT_LEAST_ONCE, noLocal=True)


def _tls_context(settings: BrokerSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.cert_file is not None:
        context.load_cert_chain(settings.cert_file, settings.key_file)
    return context
