"""Face (b) of the simulated Asterisk: an AMI server on TCP, with its dialplan calling out by FastAGI.

Written from the behaviour of a real manager interface and independent of the client in `cti.ami`; foreign
clients log in to it in the tests. Edge file: the sockets are here, what actions do is in
`simulator.ami_actions`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.kernel.clock import SECOND_US
from simulator.ami_actions import AmiActions
from simulator.ami_events import AmiEvents, event
from simulator.ami_input import Action, ActionReader
from simulator.ami_text import BANNER, Lines, message
from simulator.dialplan import Dialplan, DialplanSettings
from simulator.pbx import Exchange

FAILED_LOGIN_DELAY_S = 1.0
"""Asterisk sleeps that long before it closes on a wrong secret."""
UNREAD_BYTES_MAX = 4 * 2**20
"""What sockets buffer for a client that does not read; more cannot be written (4.25 MB on Asterisk 20)."""
WRITE_TIMEOUT_S = 0.1
"""How long Asterisk tries to write before it cuts the client off: `writetimeout` of manager.conf."""

EVERY_CLASS = frozenset(
    {"agent", "agi", "call", "command", "dialplan", "dtmf", "originate", "reporting", "system", "user"}
)
_ALL_WORDS = frozenset({"on", "all", "true", "yes", ""})
_NONE_WORDS = frozenset({"off", "none", "false", "no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One entry of manager.conf: what its clients may hear and what they may do."""

    secret: str = field(repr=False)
    read: frozenset[str] = EVERY_CLASS
    write: frozenset[str] = EVERY_CLASS


class AmiServer:
    """The exchange as an Asterisk on TCP. `dialplan` is what channels run."""

    unread_bytes_max = UNREAD_BYTES_MAX

    def __init__(
        self, exchange: Exchange, accounts: Mapping[str, Account], dialplan: DialplanSettings
    ) -> None:
        self.exchange = exchange
        self.dialplan = Dialplan(exchange, dialplan)
        self._accounts = accounts
        self._events = AmiEvents(self._broadcast)
        self._actions = AmiActions(exchange, self.dialplan, self._events)
        self._sessions: dict[AmiSession, None] = {}
        self._all_gone = asyncio.Event()
        self._listener: asyncio.Server | None = None
        self._connections = 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port; 0 asks for any free one."""
        self.exchange.watch(self._events)
        self.dialplan.start()
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._new_session, host, port)
        bound: int = self._listener.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Tell the clients of the shutdown and close everything; channels stay as they are."""
        if self._listener is None:
            return
        self._events.tell("Shutdown", "system", [("Shutdown", "Cleanly"), ("Restart", "False")])
        self.drop_clients()
        self._listener.close()
        await self._listener.wait_closed()
        self._listener = None
        if self._sessions:
            await self._all_gone.wait()
        self.exchange.unwatch(self._events)
        await self.dialplan.stop()

    def drop_clients(self) -> None:
        """Close every connection, as a network that fails does."""
        for session in list(self._sessions):
            session.close()

    def _new_session(self) -> AmiSession:
        self._connections += 1
        return AmiSession(self, self._connections)

    def _broadcast(self, kind: str, lines: Lines) -> None:
        encoded = message(lines)
        for session in list(self._sessions):
            session.tell(kind, encoded)

    # --- for the sessions --------------------------------------------------------------------------

    def enter(self, session: AmiSession) -> None:
        """Count a connection in."""
        self._sessions[session] = None
        self._all_gone.clear()

    def leave(self, session: AmiSession) -> None:
        """Count a connection out."""
        del self._sessions[session]
        if not self._sessions:
            self._all_gone.set()

    def account(self, name: str) -> Account | None:
        """Return the account called `name`."""
        return self._accounts.get(name)

    def carry_out(self, action: Action, session: AmiSession, may: frozenset[str]) -> None:
        """Carry out the action of a logged-in session."""
        self._actions.carry_out(action, session, may)

    def booted(self) -> Lines:
        """Return the event FullyBooted."""
        uptime = str((self.exchange.now_us() - self.exchange.started_us) // SECOND_US)
        lines = [("Uptime", uptime), ("LastReload", uptime), ("Status", "Fully Booted")]
        return event("FullyBooted", "system", lines)


class AmiSession(asyncio.Protocol):
    """One client's connection: the greeting, the login, then actions in their order."""

    def __init__(self, server: AmiServer, serial: int) -> None:
        self._server = server
        self._challenge = str(100_000_000 + serial)
        self._reader = ActionReader()
        self._transport: asyncio.Transport | None = None
        self._account: Account | None = None
        self._mask: frozenset[str] = frozenset()
        # Runs while the client does not read what was written.
        self._patience: asyncio.TimerHandle | None = None

    # --- for asyncio -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.enter(self)
        transport.write(BANNER)

    def data_received(self, data: bytes) -> None:
        """Carry out the actions that `data` completes."""
        for action in self._reader.feed(data):
            self._take(action)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._transport = None
        if self._patience is not None:
            self._patience.cancel()
        self._server.leave(self)

    # --- for the server ----------------------------------------------------------------------------

    def send(self, lines: Iterable[tuple[str, str]]) -> None:
        """Write one message."""
        self._write(message(lines))

    def tell(self, kind: str, encoded: bytes) -> None:
        """Write an event, if this client is to hear its class."""
        if kind in self._mask:
            self._write(encoded)

    def close(self) -> None:
        """Close the connection after what was written."""
        if self._transport is not None:
            self._transport.close()

    # --- inside ------------------------------------------------------------------------------------

    def _write(self, encoded: bytes) -> None:
        if self._transport is None:
            return
        self._transport.write(encoded)
        if self._is_stuck() and self._patience is None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(WRITE_TIMEOUT_S, self._lose_patience)

    def _is_stuck(self) -> bool:
        transport = self._transport
        return transport is not None and transport.get_write_buffer_size() > self._server.unread_bytes_max

    def _lose_patience(self) -> None:
        """Cut off a client that still does not read."""
        self._patience = None
        if self._is_stuck() and self._transport is not None:
            self._transport.abort()

    def _take(self, action: Action) -> None:
        if action.error:
            self._respond(action, "Error", action.error)
        elif not action.name:
            self._respond(action, "Error", "Missing action in request")
        elif action.name in _FOR_EVERYBODY:
            _FOR_EVERYBODY[action.name](self, action)
        elif self._account is None:
            self._respond(action, "Error", "Permission denied")
        elif action.name == "events":
            self._set_mask(action.get("eventmask"))
            self._respond(action, "Success", "", ("Events", "On" if self._mask else "Off"))
        else:
            self._server.carry_out(action, self, self._account.write)

    def _respond(self, action: Action, word: str, text: str, *lines: tuple[str, str]) -> None:
        mark = [("ActionID", action.get("actionid"))] if action.get("actionid") else []
        words = [("Message", text)] if text else []
        self.send([("Response", word), *mark, *words, *lines])

    def _give_challenge(self, action: Action) -> None:
        if action.get("authtype").upper() != "MD5":
            self._respond(action, "Error", "Must specify AuthType")
        else:
            self._respond(action, "Success", "", ("Challenge", self._challenge))

    def _log_in(self, action: Action) -> None:
        account = self._server.account(action.get("username"))
        if account is None or not self._proves(action, account):
            self._respond(action, "Error", "Authentication failed")
            asyncio.get_running_loop().call_later(FAILED_LOGIN_DELAY_S, self.close)
            return
        self._account = account
        self._set_mask(action.get("events"))
        self._respond(action, "Success", "Authentication accepted")
        if "system" in account.read:
            self.send(self._server.booted())

    def _proves(self, action: Action, account: Account) -> bool:
        if action.get("authtype").upper() == "MD5":
            proof = hashlib.md5((self._challenge + account.secret).encode()).hexdigest()
            return hmac.compare_digest(action.get("key").encode(), proof.encode())
        return hmac.compare_digest(action.get("secret").encode(), account.secret.encode())

    def _log_off(self, action: Action) -> None:
        self._respond(action, "Goodbye", "Thanks for all the fish.")
        self.close()

    def _set_mask(self, words: str) -> None:
        assert self._account is not None
        asked = words.strip().lower()
        if asked in _NONE_WORDS:
            self._mask = frozenset()
        elif asked in _ALL_WORDS:
            self._mask = self._account.read
        else:
            self._mask = self._account.read & frozenset(word.strip() for word in asked.split(","))


_FOR_EVERYBODY = {
    "challenge": AmiSession._give_challenge,
    "login": AmiSession._log_in,
    "logoff": AmiSession._log_off,
}
"""Actions that need no login."""
