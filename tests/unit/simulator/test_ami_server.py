"""The AMI server answers as Asterisk's manager interface does, to the byte where clients depend on it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import microseconds
from simulator.ami_input import Action, ActionReader
from simulator.ami_server import Account, AmiServer
from simulator.channel import Channel
from simulator.dialplan import DialplanSettings
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, always
from tests.services.loop_time import LoopTime

LIMIT_S = 10.0
SPEED = 20.0
SECRET = "s3cret"
ACCOUNTS = {
    "all": Account(secret=SECRET),
    "limited": Account(secret=SECRET, read=frozenset({"call"}), write=frozenset({"call"})),
}


class RawClient:
    """A client that knows nothing but lines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    def send(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())

    async def message(self) -> list[str]:
        async with asyncio.timeout(LIMIT_S):
            text = await self.reader.readuntil(b"\r\n\r\n")
        return text.decode().split("\r\n")[:-2]

    async def ask(self, *lines: str) -> list[str]:
        """Send an action and return its response, passing over events."""
        self.send(*lines)
        return await self.until("Response")

    async def until(self, *starts: str) -> list[str]:
        """Return the next message whose first line starts so."""
        while True:
            message = await self.message()
            if message[0].startswith(starts):
                return message

    async def log_in(self, name: str = "all", *lines: str) -> list[str]:
        return await self.ask("Action: Login", f"Username: {name}", f"Secret: {SECRET}", *lines)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@pytest.fixture
async def server() -> AsyncIterator[AmiServer]:
    phones = PhoneBook()
    phones.add("PJSIP/1001", always(Reach.ANSWER, microseconds(0.2)))
    nobody = DialplanSettings(engine_url="agi://127.0.0.1:1/token/caller")
    server = AmiServer(Exchange(LoopTime(SPEED), phones), ACCOUNTS, nobody)
    yield server
    await server.stop()


@pytest.fixture
async def client(server: AmiServer) -> AsyncIterator[RawClient]:
    port = await server.start()
    client = RawClient(*await asyncio.open_connection("127.0.0.1", port))
    assert await client.reader.readline() == b"Asterisk Call Manager/11.0.0\r\n"
    yield client
    await client.close()


def call_in(server: AmiServer) -> Channel:
    return server.exchange.call_in(caller_number="+15550123", dialed_number="800")


def value(message: list[str], key: str) -> str:
    return next(line.partition(": ")[2] for line in message if line.startswith(f"{key}: "))


async def test_login_is_followed_by_fully_booted(client: RawClient) -> None:
    assert await client.log_in("all", "ActionID: 7") == [
        "Response: Success",
        "ActionID: 7",
        "Message: Authentication accepted",
    ]
    assert (await client.message())[:2] == ["Event: FullyBooted", "Privilege: system,all"]


async def test_login_by_challenge(client: RawClient) -> None:
    challenge = value(await client.ask("Action: Challenge", "AuthType: MD5"), "Challenge")
    key = hashlib.md5((challenge + SECRET).encode()).hexdigest()
    answer = await client.ask("Action: Login", "AuthType: MD5", "Username: all", f"Key: {key}")
    assert answer[0] == "Response: Success"


@pytest.mark.slow
async def test_wrong_secret_is_refused_and_the_connection_closed(client: RawClient) -> None:
    answer = await client.ask("Action: Login", "Username: all", "Secret: guess")
    assert answer == ["Response: Error", "Message: Authentication failed"]
    async with asyncio.timeout(LIMIT_S):
        assert await client.reader.read() == b""


async def test_nothing_is_allowed_before_login_and_only_ones_own_classes_after(client: RawClient) -> None:
    assert value(await client.ask("Action: Ping"), "Message") == "Permission denied"
    await client.log_in("limited")
    originate = await client.ask("Action: Originate", "Channel: PJSIP/1001", "Application: Wait")
    assert value(originate, "Message") == "Permission denied"
    assert value(await client.ask("Action: Ping"), "Ping") == "Pong"


async def test_events_come_by_class(server: AmiServer, client: RawClient) -> None:
    await client.log_in("limited")
    channel = call_in(server)
    server.exchange.press(channel, "5")
    server.exchange.leave(channel)
    seen = [(await client.message())[0] for _ in range(3)]
    assert seen == ["Event: Newchannel", "Event: HangupRequest", "Event: Hangup"]
    assert value(await client.ask("Action: Events", "EventMask: off"), "Events") == "Off"
    call_in(server)
    assert (await client.ask("Action: Ping"))[0] == "Response: Success"


async def test_response_comes_before_the_events_it_causes(server: AmiServer, client: RawClient) -> None:
    channel = call_in(server)
    await client.log_in("limited")
    client.send("Action: Hangup", f"Channel: {channel.name}", "Cause: 17", "ActionID: h")
    caused = ("Response", "Event: SoftHangupRequest", "Event: Hangup")
    answer, asked, ended = [await client.until(*caused) for _ in range(3)]
    assert answer == ["Response: Success", "ActionID: h", "Message: Channel Hungup"]
    assert asked[0] == "Event: SoftHangupRequest"
    assert (ended[0], value(ended, "Cause"), value(ended, "Cause-txt")) == (
        "Event: Hangup",
        "17",
        "User busy",
    )


async def test_variables_are_escaped_in_varset_and_raw_in_getvar(
    server: AmiServer, client: RawClient
) -> None:
    channel = call_in(server)
    await client.log_in()
    forged = "x\r\n\r\nEvent: Hangup\r\nUniqueid: 1"
    server.exchange.set_variable(channel, "NAME", forged)
    told = await client.until("Event: VarSet")
    assert value(told, "Value") == r"x\r\n\r\nEvent: Hangup\r\nUniqueid: 1"
    answer = await client.ask("Action: Getvar", f"Channel: {channel.uniqueid}", "Variable: NAME")
    assert value(answer, "Value") == "x"
    assert (await client.message())[0] == "Event: Hangup"


async def test_lists_start_hold_their_entries_and_complete(server: AmiServer, client: RawClient) -> None:
    first, second = call_in(server), call_in(server)
    server.exchange.bridge(first, second)
    (bridge,) = server.exchange.bridges.values()
    await client.log_in("all", "Events: off")
    await client.message()
    for action, entry, end, count in (
        ("CoreShowChannels", "CoreShowChannel", "CoreShowChannelsComplete", 2),
        ("Status", "Status", "StatusComplete", 2),
        ("BridgeList", "BridgeListItem", "BridgeListComplete", 1),
        ("BridgeInfo", "BridgeInfoChannel", "BridgeInfoComplete", 2),
    ):
        client.send(f"Action: {action}", "ActionID: 9", f"BridgeUniqueid: {bridge.uniqueid}")
        start = await client.message()
        assert start[:3] == ["Response: Success", "ActionID: 9", "EventList: start"]
        entries = [await client.message() for _ in range(count)]
        assert {message[0] for message in entries} == {f"Event: {entry}"}
        assert {value(message, "ActionID") for message in entries} == {"9"}
        complete = await client.message()
        assert (complete[0], value(complete, "ListItems")) == (f"Event: {end}", str(count))


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (["Action: Nonsense"], "Invalid/unknown command"),
        (["Hello: world"], "Missing action in request"),
        (["Action: Hangup", "Channel: PJSIP/none"], "No such channel"),
        (["Action: Status", "Channel: PJSIP/none"], "No such channel"),
        (["Action: Getvar", "Channel: PJSIP/none", "Variable: A"], "No such channel"),
        (["Action: Setvar", "Channel: PJSIP/none", "Variable: A"], "No such channel"),
        (["Action: Redirect", "Channel: x", "Context: c", "Exten: e"], "Channel does not exist: x"),
        (["Action: BridgeInfo", "BridgeUniqueid: none"], "Bridge not found"),
        (["Action: Originate"], "Channel not specified"),
        (["Action: Originate", "Channel: 1001"], "Invalid channel"),
        (
            ["Action: Originate", "Channel: PJSIP/1001", "Context: none", "Exten: s"],
            "Extension does not exist.",
        ),
        (["Action: Originate", "Channel: PJSIP/1001", "Application: Nonsense"], "Application not found"),
        (["Action: Ping", f"Long: {'x' * 1024}"], "Failed to parse message: line too long"),
        (
            ["Action: Ping", *(f"K{number}: v" for number in range(128))],
            "Too many lines in message or allocation failure",
        ),
    ],
)
async def test_what_cannot_be_done_is_answered_with_asterisks_words(
    client: RawClient, lines: list[str], answer: str
) -> None:
    await client.log_in()
    refused = await client.ask(*lines)
    assert (refused[0], value(refused, "Message")) == ("Response: Error", answer)


async def test_phone_that_is_not_there_gives_an_originate_response_without_a_channel(
    client: RawClient,
) -> None:
    await client.log_in()
    queued = await client.ask(
        "Action: Originate",
        "Channel: PJSIP/none",
        "ChannelId: ours-1",
        "Application: Wait",
        "Async: true",
        "ActionID: o",
    )
    assert value(queued, "Message") == "Originate successfully queued"
    outcome = await client.until("Event: OriginateResponse")
    wanted = {"Response": "Failure", "Reason": "0", "Uniqueid": "ours-1", "ActionID": "o"}
    assert {key: value(outcome, key) for key in wanted} == wanted


async def test_originate_without_async_answers_when_the_phone_has(client: RawClient) -> None:
    await client.log_in("all", "Events: off")
    await client.message()
    answer = await client.ask("Action: Originate", "Channel: PJSIP/1001", "Application: Echo")
    assert answer[0] == "Response: Success"
    assert value(await client.ask("Action: CoreStatus"), "CoreCurrentCalls") == "1"


async def test_comma_in_variable_begins_another_one(server: AmiServer, client: RawClient) -> None:
    await client.log_in("all", "Events: off")
    await client.message()
    await client.ask(
        "Action: Originate",
        "Channel: PJSIP/1001",
        "Application: Echo",
        "Variable: A=1,B=2",
        "Variable: C=3",
    )
    (channel,) = server.exchange.channels.values()
    assert channel.variables == {"A": "1", "B": "2", "C": "3"}


async def test_system_tells_its_versions_commands_and_counts(server: AmiServer, client: RawClient) -> None:
    call_in(server)
    await client.log_in("all", "Events: off")
    await client.message()
    assert value(await client.ask("Action: CoreSettings"), "AMIversion") == "11.0.0"
    assert value(await client.ask("Action: ListCommands"), "Originate") == "(Priv: originate)"
    counted = await client.ask("Action: Command", "Command: core show channels count")
    assert counted[2:] == ["Output: 1 active channels", "Output: 0 active calls", "Output: 1 calls processed"]
    refused = await client.ask("Action: Command", "Command: core stop now")
    assert refused[0] == "Response: Error"


async def test_user_event_is_echoed_with_its_own_headers(client: RawClient) -> None:
    await client.log_in()
    client.send("Action: UserEvent", "UserEvent: Hello", "ActionID: u", "Colour: red")
    told = await client.until("Event: UserEvent")
    assert told[2:] == ["UserEvent: Hello", "ActionID: u", "Colour: red"]


async def test_global_variable_is_kept(client: RawClient) -> None:
    await client.log_in()
    await client.ask("Action: Setvar", "Variable: COLOUR", "Value: red")
    assert value(await client.ask("Action: Getvar", "Variable: COLOUR"), "Value") == "red"


async def test_logoff_says_goodbye_and_closes(client: RawClient) -> None:
    await client.log_in("limited")
    assert (await client.ask("Action: Logoff"))[0] == "Response: Goodbye"
    async with asyncio.timeout(LIMIT_S):
        assert await client.reader.read() == b""


async def test_shutdown_is_told_before_the_end(server: AmiServer, client: RawClient) -> None:
    await client.log_in()
    await client.message()
    await server.stop()
    assert (await client.message())[0] == "Event: Shutdown"


ACTIONS = b"Action: Ping\r\nActionID: 1\r\n\r\naction:Originate\nVariable: a=1\nVariable: b=2\nX: p\0q\n\n"


@given(st.lists(st.integers(1, len(ACTIONS) - 1), max_size=8))
def test_actions_are_read_alike_wherever_the_bytes_are_split(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(ACTIONS)]
    reader = ActionReader()
    read: list[Action] = []
    for begin, end in pairwise(edges):
        read += reader.feed(ACTIONS[begin:end])
    assert [action.name for action in read] == ["ping", "originate"]
    assert read[0].get("actionid") == "1"
    assert read[1].variables == ["a=1", "b=2"]
    assert read[1].get("x") == "p"
