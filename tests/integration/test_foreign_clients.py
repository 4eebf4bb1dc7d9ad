"""AMI clients that nobody here wrote use the simulated Asterisk as they would a real one."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import panoramisk
import pytest

from core.kernel.clock import microseconds
from simulator.ami_server import Account, AmiServer
from simulator.dialplan import DialplanSettings
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, always
from tests.services.loop_time import LoopTime

SECRET = "a secret of sixteen"
TIMEOUT_S = 10.0

PYST2 = """
import json, sys, threading, warnings
warnings.simplefilter("ignore")
from asterisk.manager import Manager, ManagerAuthException

port, secret = int(sys.argv[1]), sys.argv[2]
seen, answered = [], threading.Event()

def hear(event, manager):
    seen.append((event.name, event.get_header("Uniqueid")))
    if event.name == "OriginateResponse":
        answered.set()

manager = Manager()
manager.connect("127.0.0.1", port)
try:
    manager.login("goldline", "wrong")
    refused = ""
except ManagerAuthException as error:
    refused = str(error)
manager.login("goldline", secret)
manager.register_event("*", hear)
queued = manager.originate(
    "PJSIP/1001", "s", application="Wait", data="30", run_async=True, variables={"COLOUR": "red"}
)
answered.wait(10)
status = manager.status()
try:
    manager.logoff()
except ValueError:  # its reader closed on our Goodbye before its writer had flushed: a race of pyst2's own
    pass
print(json.dumps({
    "title": manager.title,
    "version": manager.version.strip(),
    "refused": refused,
    "queued": queued.get_header("Message"),
    "status": status.get_header("Message"),
    "events": seen,
}))
"""


@pytest.fixture
async def server() -> AsyncIterator[tuple[AmiServer, int]]:
    phones = PhoneBook()
    phones.add("PJSIP/1001", always(Reach.ANSWER, microseconds(0.05)))
    phones.add("PJSIP/1002", always(Reach.BUSY, microseconds(0.05)))
    nobody_listens = DialplanSettings(engine_url="agi://127.0.0.1:1/token/caller")
    server = AmiServer(Exchange(LoopTime(), phones), {"goldline": Account(secret=SECRET)}, nobody_listens)
    port = await server.start()
    yield server, port
    await server.stop()


@pytest.mark.slow
async def test_pyst2_logs_in_originates_lists_and_hears(server: tuple[AmiServer, int]) -> None:
    # In a process of its own: it blocks, and its deprecated calls would be errors here.
    _, port = server
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PYST2, str(port), SECRET, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), TIMEOUT_S)
    assert process.returncode == 0, err.decode()
    told = json.loads(out)
    assert (told["title"], told["version"]) == ("Asterisk Call Manager", "11.0.0")
    assert "Authentication failed" in told["refused"]
    assert told["queued"] == "Originate successfully queued"
    assert told["status"] == "Channel status will follow"
    names = [name for name, _ in told["events"]]
    expected = ["Newchannel", "VarSet", "DialBegin", "Newstate", "DialState", "Newstate", "DialEnd"]
    assert [name for name in names if name != "FullyBooted"][:8] == [*expected, "OriginateResponse"]


async def panoramisk_client(port: int, **settings: Any) -> panoramisk.Manager:
    logged_in = asyncio.Event()
    manager = panoramisk.Manager(
        loop=asyncio.get_running_loop(),
        host="127.0.0.1",
        port=port,
        username="goldline",
        secret=SECRET,
        on_login=lambda manager: logged_in.set(),
        **settings,
    )
    await manager.connect()
    await asyncio.wait_for(logged_in.wait(), TIMEOUT_S)
    return manager


async def test_panoramisk_logs_in_originates_lists_and_hears(server: tuple[AmiServer, int]) -> None:
    simulated, port = server
    manager = await panoramisk_client(port)
    seen: list[tuple[str, str]] = []
    music, hung_up = asyncio.Event(), asyncio.Event()
    awaited = {"MusicOnHoldStart": music, "Hangup": hung_up}

    def hear(manager: panoramisk.Manager, message: panoramisk.message.Message) -> None:
        seen.append((message.event, message.uniqueid))
        if message.event in awaited:
            awaited[message.event].set()

    manager.register_event("*", hear)
    try:
        originated = await asyncio.wait_for(
            manager.send_action(
                {
                    "Action": "Originate",
                    "Channel": "PJSIP/1001",
                    "ChannelId": "ours-1",
                    "Application": "MusicOnHold",
                    "Data": "default",
                    "Async": "true",
                    "Variable": ["COLOUR=red", "SIZE=2"],
                }
            ),
            TIMEOUT_S,
        )
        assert [message.response for message in originated] == ["Success", "Success"]
        rows = await asyncio.wait_for(
            manager.send_action({"Action": "Status", "Variables": "COLOUR,SIZE,NONE"}), TIMEOUT_S
        )
        assert rows[0].message == "Channel status will follow"
        assert rows[1].variable == ["COLOUR=red", "SIZE=2", "NONE=(null)"]
        assert rows[-1].listitems == "1"
        channels = await asyncio.wait_for(manager.send_action({"Action": "CoreShowChannels"}), TIMEOUT_S)
        assert [message.uniqueid for message in channels[1:-1]] == ["ours-1"]
        await asyncio.wait_for(music.wait(), TIMEOUT_S)
        ended = manager.send_action({"Action": "Hangup", "Channel": channels[1].channel, "Cause": "17"})
        assert (await asyncio.wait_for(ended, TIMEOUT_S)).message == "Channel Hungup"
        await asyncio.wait_for(hung_up.wait(), TIMEOUT_S)
    finally:
        manager.close()
    ours = [name for name, uniqueid in seen if uniqueid == "ours-1"]
    assert ours[0] == "Newchannel"
    assert ours[-1] == "Hangup"
    assert {"MusicOnHoldStart", "VarSet", "Newstate"} <= set(ours)
    assert not simulated.exchange.channels


async def test_panoramisk_is_told_of_a_busy_phone(server: tuple[AmiServer, int]) -> None:
    _, port = server
    manager = await panoramisk_client(port, events="call")
    try:
        queued, outcome = await asyncio.wait_for(
            manager.send_action(
                {
                    "Action": "Originate",
                    "Channel": "PJSIP/1002",
                    "Context": "goldline-agent",
                    "Exten": "s",
                    "Priority": "1",
                    "Async": "true",
                }
            ),
            TIMEOUT_S,
        )
    finally:
        manager.close()
    assert queued.message == "Originate successfully queued"
    # Reason 0 whatever the far side said: measured on Asterisk 22.10 (docs/decisions/0014).
    assert (outcome.response, outcome.reason) == ("Failure", "0")
