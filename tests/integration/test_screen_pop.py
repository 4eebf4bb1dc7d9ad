"""The record before the ringing, offer after offer, at a desk on the live connection."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from simulator.channel import Channel, ChannelState
from simulator.listener import PbxListener
from tests.services.web_centre import PASSWORD, WebCentre

pytestmark = pytest.mark.slow

OFFERS = 30
LIMIT_S = 10.0


class Phone(PbxListener):
    """The agent's phone: how often it has rung."""

    def __init__(self) -> None:
        self.rings = 0
        self._rang = threading.Semaphore(0)

    def state_changed(self, channel: Channel) -> None:
        """Ring."""
        if channel.name.startswith("PJSIP/1001") and channel.state is ChannelState.RINGING:
            self.rings += 1
            self._rang.release()

    def wait(self) -> None:
        """Wait until it rings."""
        assert self._rang.acquire(timeout=LIMIT_S)


class DeskOfAnna:
    """A desk as a page has it: clicks by the API, the rest on the live connection."""

    def __init__(self, browser: httpx.Client, socket: ClientConnection) -> None:
        self._browser = browser
        self._socket = socket

    def click(self, path: str, **body: object) -> None:
        """Ask for something about the desk."""
        answer = self._browser.post(f"/api/v1/agents/me/{path}", json=body)
        assert answer.status_code == 204, answer.text

    def say(self, **wish: object) -> None:
        """Say something on the connection."""
        self._socket.send(json.dumps(wish))

    def record(self) -> dict[str, Any]:
        """Wait for the next record that pops up."""
        while True:
            frame = json.loads(self._socket.recv(timeout=LIMIT_S))
            for key, row in frame.get("set", {}).items():
                if key.startswith("record:"):
                    return dict(row)


@contextmanager
def anna_at_work(centre: WebCentre) -> Iterator[DeskOfAnna]:
    """Give Anna's desk, ready for contacts."""
    with httpx.Client(base_url=centre.url, headers={"Origin": centre.url}) as browser:
        signed_in = browser.post("/api/v1/session", json={"login": "anna", "password": PASSWORD}).json()
        browser.headers["X-CSRF-Token"] = signed_in["csrf_token"]
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        url = centre.url.replace("http", "ws", 1) + "/api/v1/events"
        with connect(url, origin=centre.url, additional_headers={"Cookie": cookie}) as socket:  # type: ignore[arg-type]
            desk = DeskOfAnna(browser, socket)
            desk.say(subscribe=["desk"])
            desk.click("log-in", extension="PJSIP/1001")
            desk.click("ready")
            yield desk


def test_the_phone_never_rings_before_the_record_is_seen() -> None:
    phone = Phone()
    with WebCentre() as centre, anna_at_work(centre) as anna:
        centre.run(lambda: centre.show.world.exchange.watch(phone))
        centre.call("platinum")
        for number in range(OFFERS):
            record = anna.record()
            assert record["customer"]["tier"] == "platinum"
            assert phone.rings == number
            anna.say(seen=record["offer_id"])
            phone.wait()
            anna.click("offer/reject", offer_id=record["offer_id"], version=record["version"])
            anna.click("ready")
    assert phone.rings == OFFERS
