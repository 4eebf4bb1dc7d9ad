"""One real Asterisk and one browser for each module; callers, phones and a broker for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cti.asterisk.dialplan import DialplanSettings, new_secret
from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import OBSERVER, OBSERVER_SECRET, RealAsterisk, why_no_asterisk
from tests.services.browser import open_browser, why_no_browser
from tests.services.desk import Desk
from tests.services.goldline import GoldlineServer
from tests.services.mosquitto import Mosquitto, why_no_mosquitto
from tests.services.ports import free_tcp_port, free_udp_port
from tests.services.sipp import Callers, Phones

EXTENSIONS = ("1001", "1002", "1003", "1004", "1005")
UNREGISTERED = "1009"
AGENTS = {"ann": 9, "bob": 3, "cy": 5, "dee": 1, "eve": 7}
"""Who may log in, with the level in the skill of the queue."""
Folders = Callable[[], Path]


@pytest.fixture(scope="module")
def phone_ports() -> dict[str, int]:
    """Return the UDP port of each extension; 0 for the one that never registered."""
    return {extension: free_udp_port() for extension in EXTENSIONS} | {UNREGISTERED: 0}


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory, phone_ports: dict[str, int]) -> Iterator[RealAsterisk]:
    """Return a running Asterisk that includes Goldline's files; the engine's FastAGI port is free."""
    missing = why_no_asterisk()
    if missing:
        pytest.skip(missing)
    dialplan = DialplanSettings(
        agi_token=new_secret(),
        manager_secret=new_secret(),
        phones_secret=new_secret(),
        agi_port=free_tcp_port(),
    )
    with RealAsterisk(tmp_path_factory.mktemp("asterisk"), dialplan, phone_ports) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a running Chromium without a window."""
    missing = why_no_browser()
    if missing:
        pytest.skip(missing)
    with open_browser() as running:
        yield running


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Return a running mosquitto that lets everybody in."""
    missing = why_no_mosquitto()
    if missing:
        pytest.skip(missing)
    with Mosquitto(tmp_path / "mosquitto") as running:
        yield running


@pytest.fixture
async def observer(asterisk: RealAsterisk) -> AsyncIterator[AmiObserver]:
    """Return the tests' own view of Asterisk; no call outlives the test."""
    async with AmiObserver(asterisk.ami_port, OBSERVER, OBSERVER_SECRET) as connected:
        yield connected
    # Another connection, for a test may have restarted Asterisk.
    async with AmiObserver(asterisk.ami_port, OBSERVER, OBSERVER_SECRET) as cleaner:
        for channel in await cleaner.enumerate("CoreShowChannels"):
            await cleaner.act("Hangup", Channel=channel["Channel"])


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """Return the stack of what ends with the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Return a maker of folders, a new one each time."""
    numbers = count(1)
    return lambda: tmp_path / f"sipp-{next(numbers)}"


@pytest.fixture
def callers(asterisk: RealAsterisk, running: ExitStack, folders: Folders) -> Callable[..., Callers]:
    """Return a starter of callers: `callers(["5550001"], steps=[...])`."""

    def start(numbers: list[str], **script: object) -> Callers:
        return running.enter_context(Callers(folders(), asterisk.sip_address, numbers, **script))  # type: ignore[arg-type]

    return start


@pytest.fixture
def phone(
    asterisk: RealAsterisk, phone_ports: dict[str, int], running: ExitStack, folders: Folders
) -> Callable[..., Phones]:
    """Return a starter of phones: `phone("1001", ring_ms=500)`."""

    def start(extension: str, **behaviour: object) -> Phones:
        return running.enter_context(Phones(folders(), phone_ports[extension], **behaviour))  # type: ignore[arg-type]

    return start


@pytest.fixture
async def goldline(
    asterisk: RealAsterisk, observer: AmiObserver, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[GoldlineServer]:
    """Return the program, serving on the Asterisk, with a database and with the test's own `rules`."""
    marked = request.node.get_closest_marker("rules")
    counter = marked.args[0] if marked is not None else ""
    with GoldlineServer(tmp_path / "goldline", asterisk, AGENTS, counter=counter) as serving:
        yield serving


@pytest.fixture
async def seat(goldline: GoldlineServer) -> AsyncIterator[Callable[[str, str], Awaitable[Desk]]]:
    """Return a way to seat an agent, ready, at an extension: `await seat("ann", "1001")`."""
    async with AsyncExitStack() as desks:

        async def sit_down(agent: str, extension: str) -> Desk:
            desk = await desks.enter_async_context(goldline.desk(agent))
            await desk.log_in(extension)
            return desk

        yield sit_down
