"""The broker as contrib/mosquitto configures it: TLS alone, and for each role what it may say and hear."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiomqtt
import pytest

from tests.services.certificates import server_certificate
from tests.services.mosquitto import Mosquitto, why_no_mosquitto
from tests.services.ports import LOOPBACK

pytestmark = [pytest.mark.mosquitto, pytest.mark.slow]

CONTRIB = Path(__file__).parents[2] / "contrib" / "mosquitto"
PASSWORDS = {"engine": "of the engine", "web": "of web processes", "reader": "of a reader"}
STATE = "goldline/v1/main/queue/cards/state"
EVENT = "goldline/v1/main/contact/%43-1-1/event/answered"
STREAM = "goldline/v1/main/link/stream"
STATUS = "goldline/v1/main/engine/status"
END = "that was all"
ASK = "goldline/v1/main/link/ask/web-1"
EVERYTHING = (
    *(STATE, "goldline/v1/main/agent/anna/state", "goldline/v1/main/campaign/spring/progress", EVENT),
    *(STATUS, STREAM, "goldline/v1/main/link/welcome/web-1"),
    *(ASK, "goldline/v1/main/link/hello/web-1", "goldline/v1/main/link/left/web-1"),
)
MAY_SAY = {"engine": EVERYTHING[:7], "web": EVERYTHING[7:], "reader": ()}
MAY_HEAR = {
    "engine": (*EVERYTHING[:3], *EVERYTHING[7:]),
    "web": EVERYTHING[4:7],
    "reader": EVERYTHING[:5],
}


@dataclass(frozen=True, slots=True)
class Broker:
    """The configured broker and the certificate it shows."""

    port: int
    certificate: Path

    def client(self, role: str, password: str = "", *, tls: bool = True) -> aiomqtt.Client:
        """Return somebody of that role, not connected yet."""
        context = ssl.create_default_context(cafile=self.certificate)
        return aiomqtt.Client(
            LOOPBACK,
            self.port,
            username=role or None,
            password=password or PASSWORDS.get(role),
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=context if tls else None,
            timeout=3,
        )


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    if missing := why_no_mosquitto():
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("mosquitto")
    certificate, _ = server_certificate(folder)
    (folder / "acl").write_text((CONTRIB / "acl").read_text())
    (folder / "passwords").write_text("".join(f"{name}:{word}\n" for name, word in PASSWORDS.items()))
    subprocess.run(["mosquitto_passwd", "-U", folder / "passwords"], check=True, timeout=30)
    text = (CONTRIB / "goldline.conf").read_text()
    text = text.replace("/etc/mosquitto/goldline", str(folder)).replace("listener 8883", "listener {port}")
    with Mosquitto(folder, text) as running:
        yield Broker(running.port, certificate)


Heard = dict[str, set[tuple[str, str]]]
"""Who spoke and under which topic, for each who listened."""


async def spoken(broker: Broker) -> Heard:
    """Let everybody say everything and listen to everything; return what came through.

    The broker takes what somebody may not say without a word, and hands it to nobody.
    """
    async with AsyncExitStack() as stack:
        clients = {role: await stack.enter_async_context(broker.client(role)) for role in PASSWORDS}
        for client in clients.values():
            await client.subscribe("goldline/#", qos=1)
        for role, client in clients.items():
            for topic in EVERYTHING:
                await client.publish(topic, role, qos=1)
        for role, topic in (("engine", STATUS), ("web", ASK)):
            await clients[role].publish(topic, END, qos=1)
        return {role: await until_the_end(client) for role, client in clients.items()}


async def until_the_end(client: aiomqtt.Client) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    async with asyncio.timeout(10):
        async for message in client.messages:
            said = bytes(message.payload).decode()
            if said == END:
                return found
            found.add((said, message.topic.value))
    raise AssertionError("the connection ended")


async def test_each_role_says_and_hears_what_it_may_and_nothing_else(broker: Broker) -> None:
    heard = await spoken(broker)
    for role, may in MAY_HEAR.items():
        assert {topic for _, topic in heard[role]} == set(may)
    through = set.union(*heard.values())
    for role, may in MAY_SAY.items():
        assert {topic for speaker, topic in through if speaker == role} == set(may)


@pytest.mark.parametrize(("role", "password"), [("", ""), ("reader", "guessed"), ("stranger", "of a reader")])
async def test_nobody_comes_in_without_the_password(broker: Broker, role: str, password: str) -> None:
    with pytest.raises(aiomqtt.MqttError, match=r"[Nn]ot authori"):
        async with broker.client(role, password):
            pass


async def test_plaintext_is_refused(broker: Broker) -> None:
    with pytest.raises(aiomqtt.MqttError):
        async with broker.client("reader", tls=False):
            pass
