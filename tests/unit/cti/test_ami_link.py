"""The link against a real AMI server on loopback: it comes up, comes back, and never hides a gap."""

import asyncio
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from core.kernel.errors import UnsafeText
from core.kernel.rng import Streams
from cti.ami.link import AmiLink, AmiSettings, reconnect_pause_s
from cti.ami.replies import ActionReply, ReplyOutcome
from cti.ami.states import SessionState
from cti.ami.wire import AmiMessage, AmiParser, encode_message

PATIENCE_S = 10.0

UP = [SessionState.GREETING, SessionState.LOGGING_IN, SessionState.SYNCING, SessionState.LIVE]


def event(name: str, **headers: str) -> bytes:
    return encode_message([("Event", name), ("Privilege", "call,all"), *headers.items()])


class News:
    """Something to wait for: `tell` wakes who waits `until` a condition is met."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()

    def tell(self) -> None:
        self._arrived.set()

    async def until(self, is_met: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_met():
                self._arrived.clear()
                await self._arrived.wait()


class Pbx:
    """The far side: a small AMI server that accepts logins and pings unless told otherwise."""

    def __init__(self) -> None:
        self.news = News()
        self.connections: list[asyncio.Transport] = []
        self.heard: list[AmiMessage] = []
        self.accepts_logins = True
        self.answers_pings = True
        self.port = 0

    async def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Session(self), "127.0.0.1", port, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def says(self, stream: bytes) -> None:
        self.connections[-1].write(stream)

    def answers(self, action: AmiMessage, word: str, *lines: tuple[str, str]) -> None:
        self.says(encode_message([("Response", word), ("ActionID", action["ActionID"]), *lines]))

    def hears(self, action: AmiMessage) -> None:
        match action["Action"]:
            case "Challenge":
                self.answers(action, "Success", ("Challenge", "123"))
            case "Login":
                self.answers(action, "Success" if self.accepts_logins else "Error")
            case "Ping":
                if self.answers_pings:
                    self.answers(action, "Success", ("Ping", "Pong"))
            case _:
                self.heard.append(action)
                self.news.tell()

    async def next_action(self) -> AmiMessage:
        await self.news.until(lambda: bool(self.heard))
        return self.heard.pop(0)


class Session(asyncio.Protocol):
    """One connection to the `Pbx`."""

    def __init__(self, pbx: Pbx) -> None:
        self._pbx = pbx
        self._parser = AmiParser(greeting=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._pbx.connections.append(transport)
        transport.write(b"Asterisk Call Manager/11.0.0\r\n")
        self._pbx.news.tell()

    def data_received(self, data: bytes) -> None:
        for action in self._parser.feed(data):
            self._pbx.hears(action)


class Jitter(Random):
    """Chance that is drawn when an attempt has failed, for the pause after it: news, then."""

    def __init__(self, news: News) -> None:
        super().__init__(7)
        self._news = news

    def random(self) -> float:
        self._news.tell()
        return super().random()


class Owner:
    """Who uses the link: keeps what it is told, and needs no snapshot."""

    def __init__(self, pbx: Pbx, **settings: object) -> None:
        self.news = News()
        self.states: list[SessionState] = []
        self.events: list[AmiMessage] = []
        self.work: Callable[[AmiMessage], None] = lambda heard: None
        self.link = AmiLink(
            AmiSettings(  # type: ignore[arg-type]
                **{"port": pbx.port, "username": "goldline", "secret": "s3cret", "reconnect_first_s": 0.01}
                | settings
            ),
            on_event=self.on_event,
            on_state=self.on_state,
            jitter=Jitter(self.news),
        )

    def on_event(self, heard: AmiMessage) -> None:
        self.events.append(heard)
        self.work(heard)
        self.news.tell()

    def on_state(self, state: SessionState) -> None:
        self.states.append(state)
        if state is SessionState.SYNCING:
            self.link.synced()
        self.news.tell()

    async def until_live(self, times: int = 1) -> None:
        await self.news.until(lambda: self.states.count(SessionState.LIVE) >= times)

    def names(self) -> list[str]:
        return [heard["Event"] for heard in self.events]


@asynccontextmanager
async def connected(
    pbx: Pbx, server_tls: ssl.SSLContext | None = None, **settings: object
) -> AsyncIterator[Owner]:
    server = await pbx.start(tls=server_tls)
    owner = Owner(pbx, **settings)
    owner.link.start()
    try:
        yield owner
    finally:
        await owner.link.close()
        server.close()
        for connection in pbx.connections:
            connection.abort()
        await server.wait_closed()


@pytest.fixture
def pbx() -> Pbx:
    return Pbx()


@pytest.mark.parametrize("md5", [True, False])
async def test_the_link_comes_up(pbx: Pbx, md5: bool) -> None:
    async with connected(pbx, md5=md5) as owner:
        await owner.until_live()
        assert owner.states == UP
        assert owner.link.session.banner == "Asterisk Call Manager/11.0.0"


async def test_events_come_in_order_however_they_are_cut(pbx: Pbx) -> None:
    async with connected(pbx) as owner:
        await owner.until_live()
        stream = b"".join(event("Newchannel", Uniqueid=f"L-{n}", CallerIDName="Zoë") for n in range(100))
        for at in range(0, len(stream), 777):
            pbx.says(stream[at : at + 777])
        await owner.news.until(lambda: len(owner.events) == 100)
        assert [heard["Uniqueid"] for heard in owner.events] == [f"L-{n}" for n in range(100)]
        assert {heard["CallerIDName"] for heard in owner.events} == {"Zoë"}


async def test_an_action_and_its_outcome(pbx: Pbx) -> None:
    replies: list[ActionReply] = []
    async with connected(pbx) as owner:
        await owner.until_live()
        action_id = owner.link.send_action("Hangup", {"Channel": "PJSIP/7001-1"}, replies.append)
        action = await pbx.next_action()
        assert (action["ActionID"], action["Channel"]) == (action_id, "PJSIP/7001-1")
        pbx.answers(action, "Error", ("Message", "No such channel"))
        pbx.says(event("Hangup"))
        await owner.news.until(lambda: owner.names() == ["Hangup"])
    (reply,) = replies
    assert (reply.outcome, reply.reason) == (ReplyOutcome.REFUSED, "No such channel")


async def test_asking_for_the_channels(pbx: Pbx) -> None:
    async with connected(pbx) as owner:
        await owner.until_live()
        asked = asyncio.ensure_future(owner.link.ask("CoreShowChannels"))
        action = await pbx.next_action()
        pbx.answers(action, "Success", ("EventList", "start"))
        for name in ("CoreShowChannel", "CoreShowChannel", "CoreShowChannelsComplete"):
            pbx.says(event(name, ActionID=action["ActionID"]))
        reply = await asyncio.wait_for(asked, PATIENCE_S)
        assert (reply.ok, len(reply.entries), owner.events) == (True, 2, [])


async def test_an_action_asterisk_never_answers(pbx: Pbx) -> None:
    async with connected(pbx) as owner:
        await owner.until_live()
        reply = await asyncio.wait_for(owner.link.ask("Bridge", deadline_us=20_000), PATIENCE_S)
        assert reply.outcome is ReplyOutcome.TIMED_OUT


async def test_an_action_while_there_is_no_link_is_told_of_later_not_at_once(pbx: Pbx) -> None:
    replies: list[ActionReply] = []
    owner = Owner(pbx)
    owner.link.send_action("Hangup", then=replies.append)
    assert replies == []
    reply = await asyncio.wait_for(owner.link.ask("Hangup"), PATIENCE_S)
    assert reply.outcome is ReplyOutcome.NOT_SENT
    assert [first.outcome for first in replies] == [ReplyOutcome.NOT_SENT]


@pytest.mark.parametrize("evil", ["a\rb", "a\n", "\0"])
async def test_no_argument_can_forge_a_line(pbx: Pbx, evil: str) -> None:
    async with connected(pbx) as owner:
        await owner.until_live()
        for fields in ({evil: "x"}, {"Channel": evil}, {"Variable": ["A=1", evil]}):
            with pytest.raises(UnsafeText):
                owner.link.send_action("Originate", fields)
        with pytest.raises(UnsafeText):
            await owner.link.ask(evil)
        with pytest.raises(UnsafeText):
            AmiSettings(username="goldline", secret=evil)


async def test_asterisk_goes_away_and_comes_back(pbx: Pbx) -> None:
    replies: list[ActionReply] = []
    async with connected(pbx) as owner:
        await owner.until_live()
        owner.link.send_action("Originate", {"Channel": "PJSIP/7001"}, replies.append)
        await pbx.next_action()
        pbx.connections[-1].abort()
        await owner.until_live(times=2)
        assert owner.states == [*UP, SessionState.LOST, *UP]
        assert [reply.outcome for reply in replies] == [ReplyOutcome.LOST]
        assert owner.link.connection_count == 2


async def test_asterisk_starts_after_us(pbx: Pbx) -> None:
    reserved = await pbx.start()
    reserved.close()
    await reserved.wait_closed()
    owner = Owner(pbx)
    owner.link.start()
    await owner.news.until(lambda: owner.link.trouble != "")
    async with await pbx.start(port=pbx.port):
        await owner.until_live()
        await owner.link.close()
    assert owner.states == [*UP, SessionState.CLOSED]


async def test_a_refused_login_is_tried_again(pbx: Pbx) -> None:
    pbx.accepts_logins = False
    async with connected(pbx) as owner:
        await owner.news.until(lambda: owner.states.count(SessionState.LOST) == 2)
        assert "Login refused" in owner.link.trouble
        pbx.accepts_logins = True
        await owner.until_live()


async def test_why_nobody_is_logged_in_is_logged_once_and_that_somebody_is_again(pbx: Pbx) -> None:
    pbx.accepts_logins = False
    with capture_logs() as logged:
        async with connected(pbx) as owner:
            await owner.news.until(lambda: owner.states.count(SessionState.LOST) == 4)
            assert [entry["trouble"] for entry in logged] == [owner.link.trouble]
            pbx.accepts_logins = True
            await owner.until_live()
            assert owner.link.trouble == ""
            assert [entry["log_level"] for entry in logged] == ["warning", "info"]
    assert "s3cret" not in str(logged)


async def test_a_link_that_fell_silent_is_given_up(pbx: Pbx) -> None:
    async with connected(pbx, ping_interval_s=0.02, ping_timeout_s=0.2) as owner:
        await owner.until_live()
        pbx.answers_pings = False
        await owner.news.until(lambda: SessionState.LOST in owner.states)
        pbx.answers_pings = True
        await owner.until_live(times=2)


async def test_a_failing_handler_costs_neither_the_link_nor_the_next_event(pbx: Pbx) -> None:
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))
    async with connected(pbx) as owner:
        await owner.until_live()
        owner.link.send_action("Ping", then=lambda _: owner.states.index(SessionState.CLOSED))
        pbx.says(event("Newchannel"))
        await owner.news.until(lambda: owner.names() == ["Newchannel"])
        assert [type(failure) for failure in failures] == [ValueError]
        assert SessionState.LOST not in owner.states


async def test_the_loop_turns_between_slow_handlers(pbx: Pbx) -> None:
    """A handler that takes longer than its slice is alone in it: the socket is read before the next."""
    turns = 0

    def turn() -> None:
        nonlocal turns
        turns += 1
        asyncio.get_running_loop().call_soon(turn)

    async with connected(pbx, slice_s=0.001) as owner:
        await owner.until_live()
        seen: list[int] = []

        def slow(heard: AmiMessage) -> None:
            busy_until = time.monotonic() + 0.002
            while time.monotonic() < busy_until:
                pass
            seen.append(turns)

        owner.work = slow
        turn()
        pbx.says(event("Newchannel") * 20)
        await owner.news.until(lambda: len(owner.events) == 20)
        assert len(set(seen)) == 20


async def test_a_full_inbox_drops_noise_and_keeps_every_call_event(pbx: Pbx) -> None:
    async with connected(pbx, inbox_max=40) as owner:
        await owner.until_live()
        noise = event("VarSet") * 500
        pbx.says(noise + event("Newchannel") * 5 + noise + event("Hangup") * 5)
        await owner.news.until(lambda: owner.names().count("Hangup") == 5)
        assert owner.names().count("Newchannel") == 5
        assert owner.link.dropped_noise_count > 0
        assert owner.link.dropped_noise_count + len(owner.events) == 1_010
        assert (owner.link.dropped_event_count, owner.states) == (0, UP)


async def test_a_dropped_call_event_sends_the_owner_back_to_its_snapshot(pbx: Pbx) -> None:
    async with connected(pbx, inbox_max=40) as owner:
        await owner.until_live()
        pbx.says(event("Newchannel") * 1_000)
        await owner.until_live(times=2)
        assert owner.link.dropped_event_count > 0
        assert owner.link.dropped_event_count + len(owner.events) == 1_000
        assert owner.states == [*UP, SessionState.SYNCING, SessionState.LIVE]
        assert not owner.link.dirty


async def test_a_snapshot_taken_while_events_were_dropped_is_worth_nothing(pbx: Pbx) -> None:
    async with connected(pbx, inbox_max=40) as owner:
        await owner.until_live()
        dirty_when_heard: list[bool] = []

        def claim_too_early(_: AmiMessage) -> None:
            dirty_when_heard.append(owner.link.dirty)
            owner.link.synced()

        owner.work = claim_too_early
        pbx.says(event("Newchannel") * 1_000)
        await owner.until_live(times=2)
        assert True in dirty_when_heard
        assert owner.states[-2:] == [SessionState.SYNCING, SessionState.LIVE]


async def test_replies_are_never_dropped(pbx: Pbx) -> None:
    async with connected(pbx, inbox_max=40) as owner:
        await owner.until_live()
        asked = [asyncio.ensure_future(owner.link.ask("Redirect")) for _ in range(100)]
        actions = [await pbx.next_action() for _ in asked]
        pbx.says(event("Newchannel") * 500)
        for action in actions:
            pbx.answers(action, "Success")
        replies = await asyncio.wait_for(asyncio.gather(*asked), PATIENCE_S)
        assert all(reply.ok for reply in replies)


async def test_an_asterisk_that_stopped_reading_gets_nothing_more(pbx: Pbx) -> None:
    async with connected(pbx, write_buffer_max=1_000, pending_max=100_000) as owner:
        await owner.until_live()
        pbx.connections[-1].pause_reading()
        replies: list[ActionReply] = []
        bulk = {"Variable": ["A=" + "x" * 1_000] * 100}
        for _ in range(400):
            owner.link.send_action("Originate", bulk, replies.append)
        owner.link.send_action("Ping", then=lambda reply: (replies.append(reply), owner.news.tell())[0])
        await owner.news.until(lambda: any(reply.action == "Ping" for reply in replies))
        assert {reply.outcome for reply in replies} == {ReplyOutcome.NOT_SENT}


async def test_closing_ends_what_waits(pbx: Pbx) -> None:
    async with connected(pbx) as owner:
        await owner.until_live()
        asked = asyncio.ensure_future(owner.link.ask("Originate"))
        await pbx.next_action()
        await owner.link.close()
        reply = await asyncio.wait_for(asked, PATIENCE_S)
        assert reply.outcome is ReplyOutcome.LOST
        assert owner.states[-1] is SessionState.CLOSED


# --- TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1 that nobody but us trusts; the key is in the same file."""
    path = tmp_path_factory.mktemp("tls") / "pbx.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=pbx"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([*request, *names, *files], check=True, stderr=subprocess.DEVNULL)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_a_link_inside_tls(pbx: Pbx, server_tls: ssl.SSLContext, certificate: Path) -> None:
    async with connected(pbx, server_tls, tls=True, tls_ca_file=f"{certificate}.crt") as owner:
        await owner.until_live()
        assert pbx.connections[-1].get_extra_info("cipher") is not None


async def test_an_asterisk_nobody_vouches_for_hears_nothing(pbx: Pbx, server_tls: ssl.SSLContext) -> None:
    async with connected(pbx, server_tls, tls=True) as owner:
        await owner.news.until(lambda: owner.link.trouble != "")
        assert "certificate" in owner.link.trouble
        assert (pbx.connections, owner.states) == ([], [])


# --- reconnecting ---------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_pauses_grow_to_a_bound_and_chance_only_shortens_them(failures: int, chance: float) -> None:
    settings = AmiSettings(username="", secret="", reconnect_first_s=0.25, reconnect_max_s=10.0)
    pause_s = reconnect_pause_s(settings, failures, chance)
    longest_s = min(10.0, 0.25 * 2 ** min(failures, 10))
    assert longest_s / 2 <= pause_s <= longest_s


def test_two_links_do_not_come_back_at_once() -> None:
    settings = AmiSettings(username="", secret="")
    reader, actor = (Streams(7).stream(name) for name in ("ami events", "ami actions"))
    assert reconnect_pause_s(settings, 3, reader.random()) != reconnect_pause_s(settings, 3, actor.random())
