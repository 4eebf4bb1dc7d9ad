"""Faults on the wire: what an Asterisk, its network and a slow reader can do to AMI and FastAGI.

`FaultyNetwork` splits bytes and holds up what FastAGI tells; `FaultyAmiServer` loses, delays and doubles
events, actions and replies, each within what a session of Asterisk may do; `WireSpells` breaks lines,
stalls the reader and restarts Asterisk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from simulator.ami_input import Action
from simulator.ami_server import Account, AmiServer, AmiSession
from simulator.ami_text import Lines, message
from simulator.dialplan import DialplanSettings
from simulator.faults import FaultKind, FaultPlan
from simulator.lanes import Lanes
from simulator.network import End, NetworkLoop
from simulator.pbx import Exchange

SMALL_BUFFER_BYTES = 16 * 2**10
"""What may stay unread where readers stall: a small centre fills 4 MB not even in an hour."""
PIECES_MAX = 5
CUT_WITHIN_BYTES = 400
"""A line breaks within so many more bytes: most often in the middle of an event, which has about 500."""

_ANSWERED_ONCE = frozenset({"hangup", "originate", "redirect", "setvar"})
"""Actions with one reply; those with a list answer in one uninterrupted run."""


class FaultyNetwork(NetworkLoop):
    """A network that splits what arrives, and on which dialogues lag."""

    def __init__(self, plan: FaultPlan, agi_port: int) -> None:
        super().__init__()
        self._plan = plan
        self._agi_port = agi_port
        self._cuts = plan.stream("bytes_split/where")

    def split(self, data: bytes) -> Iterable[bytes]:
        """Cut `data` anywhere, now and then."""
        if not self._plan.strikes(FaultKind.BYTES_SPLIT):
            return (data,)
        places = sorted(self._cuts.randrange(len(data) + 1) for _ in range(PIECES_MAX - 1))
        return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True) if a < b]

    def latency_us(self, end: End) -> int:
        """Hold up, now and then, what a script's channel tells."""
        latency_us = super().latency_us(end)
        tells = end.line.port == self._agi_port and end is end.line.client
        return latency_us + self._plan.lag_us(FaultKind.DIALOGUE_LATE) if tells else latency_us


class FaultyAmiServer(AmiServer):
    """An AMI server on which `plan` strikes events, actions and replies."""

    def __init__(
        self,
        exchange: Exchange,
        accounts: Mapping[str, Account],
        dialplan: DialplanSettings,
        plan: FaultPlan,
    ) -> None:
        super().__init__(exchange, accounts, dialplan)
        if FaultKind.READER_STALLED in plan.kinds:
            self.unread_bytes_max = SMALL_BUFFER_BYTES
        self._plan = plan
        self._lanes = Lanes(exchange)

    def _broadcast(self, kind: str, lines: Lines) -> None:
        plan = self._plan
        if plan.strikes(FaultKind.EVENT_LOST):
            return
        is_outcome = lines[0][1] == "OriginateResponse"
        lag_us = plan.lag_us(FaultKind.OUTCOME_LATE if is_outcome else FaultKind.EVENT_LATE)
        times = 2 if plan.strikes(FaultKind.EVENT_DOUBLED) else 1
        encoded = message(lines) * times
        for session in list(self._sessions):
            # The originating thread writes by itself; all other events come through one queue.
            lane = ("outcome" if is_outcome else "events", session)
            self._lanes.send(lane, lag_us, partial(session.tell, kind, encoded))

    def carry_out(self, action: Action, session: AmiSession, may: frozenset[str]) -> None:
        """Carry out the action, unless it is lost; a session's actions are done one by one."""
        plan = self._plan
        if plan.strikes(FaultKind.ACTION_LOST):
            return
        client = self._mailbox(session) if action.name in _ANSWERED_ONCE else session
        lag_us = plan.lag_us(FaultKind.ACTION_LATE)
        act = partial(self._actions.carry_out, action, client, may)
        self._lanes.send(("actions", session), lag_us, act)

    def _mailbox(self, session: AmiSession) -> Mailbox:
        times = 2 if self._plan.strikes(FaultKind.REPLY_DOUBLED) else 1
        return Mailbox(session, self._lanes, self._plan.lag_us(FaultKind.REPLY_LATE), times)


class Mailbox:
    """The client of one action, whose reply comes so late and so often; replies keep their order."""

    def __init__(self, session: AmiSession, lanes: Lanes, lag_us: int, times: int) -> None:
        self._session = session
        self._lanes = lanes
        self._lag_us = lag_us
        self._times = times

    def send(self, lines: Iterable[tuple[str, str]]) -> None:
        """Write one message."""
        write = partial(self._session.send, list(lines))
        for _ in range(self._times):
            self._lanes.send(("replies", self._session), self._lag_us, write)


class WireSpells:
    """What befalls the lines and Asterisk itself, at the instants that `plan` has drawn."""

    def __init__(
        self, network: FaultyNetwork, exchange: Exchange, plan: FaultPlan, ami_port: int, agi_port: int
    ) -> None:
        self._network = network
        self._exchange = exchange
        self._plan = plan
        self._ami_port = ami_port
        self._agi_port = agi_port
        self._where = plan.stream("link_cut/where")

    def start(self, until_us: int) -> None:
        """Plan all of them, beginning now."""
        table: dict[FaultKind, Callable[[int], None]] = {
            FaultKind.LINK_CUT: self._cut,
            FaultKind.DIALOGUES_CUT: self._cut_dialogues,
            FaultKind.READER_STALLED: self._stall,
            FaultKind.PBX_RESTART: self._restart,
        }
        for kind, befall in table.items():
            for at_us, lasts_us in self._plan.spells(kind, until_us):
                self._exchange.after(at_us, partial(self._befall, kind, befall, lasts_us))

    def _befall(self, kind: FaultKind, befall: Callable[[int], None], lasts_us: int) -> None:
        self._plan.struck[kind] += 1
        befall(lasts_us)

    def _cut(self, lasts_us: int) -> None:
        """Break both sessions in the middle of something, and let none be opened for a while."""
        self._network.refuse(self._ami_port, lasts_us)
        for line in self._network.lines_to(self._ami_port):
            line.cut(after_bytes=self._where.randrange(CUT_WITHIN_BYTES))

    def _cut_dialogues(self, lasts_us: int) -> None:
        for line in self._network.lines_to(self._agi_port):
            line.cut(after_bytes=0)

    def _stall(self, lasts_us: int) -> None:
        """Let the engine's process not read its sockets: Asterisk cuts it off once too much is unread."""
        for line in self._network.lines_to(self._ami_port):
            line.stall(lasts_us)

    def _restart(self, lasts_us: int) -> None:
        """Let Asterisk die with all its calls and connections, and come back with none."""
        self._network.refuse(self._ami_port, lasts_us)
        for port in (self._ami_port, self._agi_port):
            for line in self._network.lines_to(port):
                line.cut(after_bytes=0)
        self._exchange.crash()
        self._exchange.after(lasts_us, self._exchange.boot)
