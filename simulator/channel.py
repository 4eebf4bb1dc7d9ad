"""The things inside the simulated Asterisk: channels, bridges, and what a channel listens to.

Only `simulator.pbx.Exchange` changes them; everybody else reads. Numbers of channel states are those of
Asterisk's `enum ast_channel_state`, so that the AMI face can print them as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, StrEnum

from core.kernel.record import Entity, Record
from core.model.causes import Answerer
from simulator.phones import HELLO, Voice


class ChannelState(IntEnum):
    """How far a channel is; `RING` is a caller ringing us, `RINGING` a phone we ring."""

    DOWN = 0
    RING = 4
    RINGING = 5
    UP = 6


class Ending(StrEnum):
    """Why listening to something ended."""

    COMPLETE = "complete"
    KEY = "key"
    INTERRUPTED = "interrupted"
    TAKEN = "taken"
    HANGUP = "hangup"


class Activity(StrEnum):
    """What the dialplan makes a channel do for a while."""

    PROMPT = "prompt"
    WAIT = "wait"
    RECORD = "record"


class Listening(Entity, kw_only=True):
    """One activity of a channel; `finished(how, digit)` is called exactly once."""

    activity: Activity
    keys: str
    finished: Callable[[Ending, str], None]


class Bridge(Entity, kw_only=True):
    """The mixing point joining channels, in the order they entered."""

    uniqueid: str
    channels: list[Channel] = []
    # The name of the conference, if it is one: it lasts as long as anybody is in it.
    room: str = ""


class Judgement(Record, frozen=True):
    """What AMD() made of who answered: its status and its reason in Asterisk's words as well."""

    answerer: Answerer
    status: str
    reason: str
    silent_us: int = 0


class Spying(Entity, kw_only=True):
    """A ChanSpy() that a channel runs: on which other one, with which options, and what comes behind it."""

    on: Channel
    options: str
    go_on: Callable[[], None]


class Channel(Entity, kw_only=True):
    """One signalling endpoint of the simulated Asterisk."""

    name: str
    uniqueid: str
    linkedid: str
    address: str
    created_us: int
    state: ChannelState
    inbound: bool
    caller_number: str = ""
    caller_name: str = ""
    connected_number: str = ""
    connected_name: str = ""
    dialed_number: str = ""
    context: str = ""
    exten: str = ""
    priority: int = 1
    language: str = "en"
    application: str = ""
    application_arguments: str = ""
    variables: dict[str, str] = {}
    listening: Listening | None = None
    music: str = ""
    bridge: Bridge | None = None
    ended: bool = False
    # What is heard of who answered, since when, and what AMD() made of it if it was asked.
    voice: Voice = HELLO
    answered_us: int = 0
    judgement: Judgement | None = None
    # The status of the signalling that ended the channel, 0 for none.
    tech_cause: int = 0
    # Whoever rings the phone behind the channel wants to know that it is free again.
    on_end: Callable[[], None] | None = None
    # What the dialplan does behind the Bridge() that the channel runs, or was taken into; without, the
    # channel ends there.
    on_left_alone: Callable[[], None] | None = None
    # How the phone that rings is answered by somebody else's order.
    on_pick_up: Callable[[], None] | None = None
    spying: Spying | None = None
    is_muted: bool = False
    keys_heard: str = ""

    @property
    def is_up(self) -> bool:
        """Tell whether the channel is answered and alive."""
        return self.state is ChannelState.UP and not self.ended

    def peers(self) -> list[Channel]:
        """Return the other channels of its bridge."""
        return [other for other in self.bridge.channels if other is not self] if self.bridge else []
