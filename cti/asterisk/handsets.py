"""What is done to phones by AMI beside the calls themselves: answered from the desk, and keys played to them.

An account of its own may do it, for PJSIPNotify asks for the class `system`, which the account that
originates calls shall never have. PlayDTMF keeps its session for as long as the key sounds, so it is kept off
the session that acts; without the account keys go there all the same, one at a time, and no phone is
answered.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from random import Random  # det-ok: the type alone; the generator is handed in

from core.kernel.errors import PbxError
from core.model.ids import LegId
from cti.ami.link import AmiLink, AmiSettings
from cti.ami.replies import ActionReply
from cti.ami.states import SessionState
from cti.ami.wire import AmiMessage
from cti.asterisk.commands import Action, play_key

BETWEEN_KEYS_S = 0.06
"""From the end of a key to the next: what tells two equal ones apart takes 40 ms (ITU-T Q.24)."""
KEYS_WAITING_MAX = 200
"""Keys that agents have sent and nobody has heard yet; more cannot be told from a fault."""


class Handsets:
    """The session for phones; `otherwise` is where keys go without an account."""

    def __init__(self, account: AmiSettings | None, otherwise: AmiLink, jitter: Random) -> None:
        self._link: AmiLink | None = None
        if account is not None:
            silent = replace(account, events="off")
            self._link = AmiLink(silent, on_event=_ignore, on_state=self._changed, jitter=jitter)
        self._keys_link = self._link or otherwise
        self._keys: deque[tuple[LegId, str]] = deque()
        self._pause: asyncio.TimerHandle | None = None
        self._plays = False

    def start(self) -> None:
        """Log in, if there is an account, for ever."""
        if self._link is not None:
            self._link.start()

    async def close(self) -> None:
        """Log out; keys that nobody has heard yet are forgotten."""
        self._keys.clear()
        if self._pause is not None:
            self._pause.cancel()
        if self._link is not None:
            await self._link.close()

    def send(self, action: Action, then: Callable[[ActionReply], None]) -> None:
        """Do what only the account for phones may; raise `PbxError` where there is none."""
        if self._link is None:
            raise PbxError("there is no account for phones")
        self._link.send_action(action.name, action.fields, then)

    def play(self, leg_id: LegId, keys: str) -> None:
        """Let the leg's party hear `keys`, after those that are waiting; raise `PbxError` for too many."""
        if len(self._keys) + len(keys) > KEYS_WAITING_MAX:
            raise PbxError(f"{len(self._keys)} keys are waiting to be played")
        self._keys.extend((leg_id, key) for key in keys)
        if not self._plays:
            self._next()

    def _next(self) -> None:
        self._pause = None
        self._plays = bool(self._keys)
        if self._keys:
            action = play_key(*self._keys.popleft())
            self._keys_link.send_action(action.name, action.fields, self._played)

    def _played(self, reply: ActionReply) -> None:
        """Go on after a pause, whatever became of the key: who has hung up hears no more of them."""
        self._pause = asyncio.get_running_loop().call_later(BETWEEN_KEYS_S, self._next)

    def _changed(self, state: SessionState) -> None:
        if state is SessionState.SYNCING and self._link is not None:
            self._link.synced()


def _ignore(message: AmiMessage) -> None:
    """Hear nothing: the session asks for no events."""
