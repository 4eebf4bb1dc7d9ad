"""What the AMI server does for its clients: one function for each action, in one table.

Answers have the texts of Asterisk 22, for clients tell success from failure by them. Where Asterisk
prints a variable raw, so does this; where it starts a list, entries follow and a Complete event ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from core.kernel.clock import SECOND_US
from core.model.causes import Cause
from simulator.ami_events import AmiEvents
from simulator.ami_input import Action
from simulator.ami_text import (
    AMI_VERSION,
    ASTERISK_VERSION,
    UNKNOWN,
    Lines,
    bridge_lines,
    channel_lines,
    core_channel_lines,
    day_and_time,
    status_lines,
)
from simulator.channel import Channel
from simulator.dialplan import Dialplan
from simulator.dialplan_steps import PEER_VARIABLE
from simulator.pbx import Exchange
from simulator.ringing import ANSWERED, Ringing, ring

ORIGINATE_TIMEOUT_MS = 30_000
TRUE_WORDS = frozenset({"true", "yes", "1", "on", "y", "t"})
NO_SUCH_CHANNEL = "No such channel"
MUTE_FUNCTION = "MUTEAUDIO(in)"


class Client(Protocol):
    """The connection an action came from."""

    def send(self, lines: Iterable[tuple[str, str]]) -> None:
        """Write one message."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to one action, before its ActionID is put in."""

    success: bool
    lines: Lines = field(default_factory=list)


def success(text: str, *lines: tuple[str, str]) -> Answer:
    """Return the answer that it was done."""
    return Answer(True, [("Message", text), *lines])


def refusal(text: str) -> Answer:
    """Return the answer that it was not done, and why."""
    return Answer(False, [("Message", text)])


@dataclass(frozen=True, slots=True)
class Row:
    """One action: its name, what it does, and the classes of which a client needs one to use it."""

    name: str
    act: Callable[[Action, Client], None]
    classes: frozenset[str] = frozenset()


class AmiActions:
    """Carries out the actions of logged-in clients on the exchange."""

    def __init__(self, exchange: Exchange, dialplan: Dialplan, events: AmiEvents) -> None:
        self._exchange = exchange
        self._dialplan = dialplan
        self._events = events
        self._globals: dict[str, str] = {}
        self._rows: dict[str, Row] = {row.name.lower(): row for row in self._table()}

    def _table(self) -> list[Row]:
        call, reporting = frozenset({"call"}), frozenset({"system", "reporting"})
        status = reporting | call
        return [
            Row("BridgeInfo", self._bridge_info),
            Row("BridgeList", self._bridge_list),
            Row("Command", self._command, frozenset({"command"})),
            Row("CoreSettings", self._core_settings, reporting),
            Row("CoreShowChannels", self._core_show_channels, reporting),
            Row("CoreStatus", self._core_status, reporting),
            Row("Getvar", self._getvar, call | {"reporting"}),
            Row("Hangup", self._hangup, call | {"system"}),
            Row("ListCommands", self._list_commands),
            Row("Originate", self._originate, frozenset({"originate"})),
            Row("PJSIPNotify", self._notify, frozenset({"system"})),
            Row("Ping", self._ping),
            Row("PlayDTMF", self._play_key, call),
            Row("Redirect", self._redirect, call),
            Row("Setvar", self._setvar, call),
            Row("Status", self._status, status),
            Row("UserEvent", self._user_event, frozenset({"user"})),
        ]

    def carry_out(self, action: Action, client: Client, may: frozenset[str]) -> None:
        """Do what `action` asks, if one of the classes in `may` allows it, and answer `client`."""
        row = self._rows.get(action.name)
        if row is None:
            self._answer(client, action, refusal("Invalid/unknown command"))
        elif row.classes and not row.classes & may:
            self._answer(client, action, refusal("Permission denied"))
        else:
            row.act(action, client)

    # --- answers ---------------------------------------------------------------------------------

    def _answer(self, client: Client, action: Action, answer: Answer) -> None:
        word = "Success" if answer.success else "Error"
        client.send([("Response", word), *_action_id(action), *answer.lines])

    def _list(
        self, client: Client, action: Action, text: str, name: str, end: str, entries: list[Lines]
    ) -> None:
        mark = _action_id(action)
        client.send([("Response", "Success"), *mark, ("EventList", "start"), ("Message", text)])
        for entry in entries:
            client.send([("Event", name), *mark, *entry])
        count = str(len(entries))
        client.send([("Event", end), *mark, ("EventList", "Complete"), ("ListItems", count)])

    # --- about channels ----------------------------------------------------------------------------

    def _status(self, action: Action, client: Client) -> None:
        reference = action.get("channel")
        channels = self._asked(reference)
        if reference and not channels:
            self._answer(client, action, refusal(NO_SUCH_CHANNEL))
            return
        variables = [name for name in action.get("variables").split(",") if name]
        now_us = self._exchange.now_us()
        entries = [[("Privilege", "Call"), *status_lines(each, now_us, variables)] for each in channels]
        self._list(client, action, "Channel status will follow", "Status", "StatusComplete", entries)

    def _asked(self, reference: str) -> list[Channel]:
        if not reference:
            return list(self._exchange.channels.values())
        found = self._exchange.find(reference)
        return [found] if found else []

    def _core_show_channels(self, action: Action, client: Client) -> None:
        now_us = self._exchange.now_us()
        entries = [core_channel_lines(each, now_us) for each in self._exchange.channels.values()]
        text, end = "Channels will follow", "CoreShowChannelsComplete"
        self._list(client, action, text, "CoreShowChannel", end, entries)

    def _getvar(self, action: Action, client: Client) -> None:
        name = action.get("variable")
        channel = self._exchange.find(action.get("channel"))
        if action.get("channel") and channel is None:
            self._answer(client, action, refusal(NO_SUCH_CHANNEL))
            return
        value = (channel.variables if channel else self._globals).get(name, "")
        self._answer(client, action, Answer(True, [("Variable", name), ("Value", value)]))

    def _setvar(self, action: Action, client: Client) -> None:
        name, value = action.get("variable"), action.get("value")
        channel = self._exchange.find(action.get("channel"))
        if not name:
            self._answer(client, action, refusal("No variable specified"))
        elif not action.get("channel"):
            self._globals[name] = value
            self._answer(client, action, success("Variable Set"))
        elif channel is None:
            self._answer(client, action, refusal(NO_SUCH_CHANNEL))
        else:
            self._answer(client, action, success("Variable Set"))
            self._set_on(channel, name, value)

    def _set_on(self, channel: Channel, name: str, value: str) -> None:
        """Set a variable of the channel, or call the one function that can be set here."""
        if name == MUTE_FUNCTION:
            self._exchange.mute(channel, value in TRUE_WORDS)
        else:
            self._exchange.set_variable(channel, name, value)

    def _play_key(self, action: Action, client: Client) -> None:
        channel = self._exchange.find(action.get("channel"))
        if channel is None:
            self._answer(client, action, refusal("Channel not found"))
            return
        self._answer(client, action, success("DTMF successfully queued"))
        self._exchange.play_key(channel, action.get("digit"))

    def _notify(self, action: Action, client: Client) -> None:
        channel = self._exchange.find(action.get("channel"))
        if channel is None:
            self._answer(client, action, refusal("Channel not found"))
            return
        self._answer(client, action, success("NOTIFY sent"))
        if "Event=talk" in action.variables:
            self._exchange.pick_up(channel)

    def _hangup(self, action: Action, client: Client) -> None:
        channel = self._exchange.find(action.get("channel"))
        if channel is None:
            self._answer(client, action, refusal(NO_SUCH_CHANNEL))
            return
        cause = int(action.get("cause")) if action.get("cause").isdigit() else Cause.NORMAL_CLEARING
        self._answer(client, action, success("Channel Hungup"))
        self._events.tell("SoftHangupRequest", "call", [*channel_lines(channel), ("Cause", str(int(cause)))])
        self._exchange.hang_up(channel, cause)

    def _redirect(self, action: Action, client: Client) -> None:
        wanted = [action.get(name) for name in ("channel", "extrachannel") if action.get(name)]
        channels = [channel for channel in map(self._exchange.find, wanted) if channel is not None]
        context, exten = action.get("context"), action.get("exten")
        if not channels or len(channels) < len(wanted):
            self._answer(client, action, refusal(f"Channel does not exist: {action.get('channel')}"))
        elif not self._dialplan.exists(context, exten):
            self._answer(client, action, refusal("Redirect failed"))
        else:
            self._answer(client, action, success("Redirect successful"))
            self._dialplan.redirect(channels, context, exten)

    # --- Originate ---------------------------------------------------------------------------------

    def _originate(self, action: Action, client: Client) -> None:
        fault = self._originate_fault(action)
        if fault:
            self._answer(client, action, refusal(fault))
            return
        waits = action.get("async").lower() not in TRUE_WORDS
        if not waits:
            self._answer(client, action, success("Originate successfully queued"))
        timeout = action.get("timeout")
        number, name = _caller_id(action.get("callerid"))
        variables = _assignments(action.variables)
        peer = self._exchange.find(variables.get(PEER_VARIABLE, ""))
        order = Ringing(
            address=action.get("channel"),
            uniqueid=action.get("channelid"),
            peer=peer.uniqueid if peer else "",
            ring_timeout_us=int(timeout if timeout.isdigit() else ORIGINATE_TIMEOUT_MS) * 1_000,
            caller_number=number,
            caller_name=name,
            variables=variables,
            answered=self._goal(action),
            finished=partial(self._originated_at_last if waits else self._originated, action, client),
        )
        # A thread of its own originates, so the channel is never there before the response.
        self._exchange.after(0, partial(self._ring, order))

    def _ring(self, order: Ringing) -> None:
        ring(self._exchange, order)

    def _originate_fault(self, action: Action) -> str:
        if not action.get("channel"):
            return "Channel not specified"
        if "/" not in action.get("channel"):
            return "Invalid channel"
        if action.get("channelid") in self._exchange.channels:
            return "Uniqueid already in use"
        application = action.get("application")
        if application:
            return "" if self._dialplan.has_application(application) else "Application not found"
        if not self._dialplan.exists(action.get("context"), action.get("exten")):
            return "Extension does not exist."
        return ""

    def _goal(self, action: Action) -> Callable[[Channel], None]:
        application, context = action.get("application"), action.get("context")
        if application:
            arguments = action.get("data")
            return lambda channel: self._dialplan.run_application(channel, application, arguments)
        return lambda channel: self._dialplan.run(channel, context, action.get("exten"))

    def _originated(self, action: Action, client: Client, channel: Channel | None, reason: int) -> None:
        succeeded = reason == ANSWERED
        lines = [
            *_action_id(action),
            ("Response", "Success" if succeeded else "Failure"),
            ("Channel", channel.name if channel and succeeded else action.get("channel")),
            ("Context", action.get("context")),
            ("Exten", action.get("exten")),
            ("Application", action.get("application")),
            ("Data", action.get("data")),
            ("Reason", str(reason)),
            ("Uniqueid", channel.uniqueid if channel else action.get("channelid") or UNKNOWN),
            ("CallerIDNum", UNKNOWN),
            ("CallerIDName", UNKNOWN),
        ]
        self._events.tell("OriginateResponse", "call", lines)

    def _originated_at_last(
        self, action: Action, client: Client, channel: Channel | None, reason: int
    ) -> None:
        answer = (
            success("Originate successfully queued") if reason == ANSWERED else refusal("Originate failed")
        )
        self._answer(client, action, answer)

    # --- about bridges and the system --------------------------------------------------------------

    def _bridge_list(self, action: Action, client: Client) -> None:
        entries = [bridge_lines(bridge) for bridge in self._exchange.bridges.values()]
        text, end = "Bridge listing will follow", "BridgeListComplete"
        self._list(client, action, text, "BridgeListItem", end, entries)

    def _bridge_info(self, action: Action, client: Client) -> None:
        bridge = self._exchange.bridges.get(action.get("bridgeuniqueid"))
        if bridge is None:
            self._answer(client, action, refusal("Bridge not found"))
            return
        entries = [channel_lines(channel) for channel in bridge.channels]
        text, end = "Bridge channel listing will follow", "BridgeInfoComplete"
        self._list(client, action, text, "BridgeInfoChannel", end, entries)

    def _core_status(self, action: Action, client: Client) -> None:
        day, time = day_and_time(self._exchange.started_us)
        lines = [
            ("CoreStartupDate", day),
            ("CoreStartupTime", time),
            ("CoreReloadDate", day),
            ("CoreReloadTime", time),
            ("CoreCurrentCalls", str(len(self._exchange.channels))),
        ]
        self._answer(client, action, Answer(True, lines))

    def _core_settings(self, action: Action, client: Client) -> None:
        lines = [("AMIversion", AMI_VERSION), ("AsteriskVersion", ASTERISK_VERSION), ("SystemName", "sim")]
        self._answer(client, action, Answer(True, lines))

    def _ping(self, action: Action, client: Client) -> None:
        seconds, rest_us = divmod(self._exchange.now_us(), SECOND_US)
        lines = [("Ping", "Pong"), ("Timestamp", f"{seconds}.{rest_us:06d}")]
        self._answer(client, action, Answer(True, lines))

    def _list_commands(self, action: Action, client: Client) -> None:
        rows = self._rows.values()
        lines = [(row.name, f"(Priv: {','.join(sorted(row.classes)) or '<none>'})") for row in rows]
        self._answer(client, action, Answer(True, lines))

    def _user_event(self, action: Action, client: Client) -> None:
        self._answer(client, action, success("Event Sent"))
        known = ("action", "userevent")
        own = [(key, value) for key, value in action.lines if key.lower() not in known]
        self._events.tell("UserEvent", "user", [("UserEvent", action.get("userevent")), *own])

    def _command(self, action: Action, client: Client) -> None:
        command = action.get("command")
        if command != "core show channels count":
            output = (
                f"No such command '{command}' (type 'core show help {command}' for other possible commands)"
            )
            text = "Command output follows"
            self._answer(client, action, Answer(False, [("Message", text), ("Output", output)]))
            return
        count = len(self._exchange.channels)
        lines = (
            ("Output", f"{count} active channels"),
            ("Output", f"{len(self._exchange.bridges)} active calls"),
            ("Output", f"{self._exchange.calls_seen} calls processed"),
        )
        self._answer(client, action, success("Command output follows", *lines))


def _action_id(action: Action) -> Lines:
    return [("ActionID", action.get("actionid"))] if action.get("actionid") else []


def _assignments(variables: list[str]) -> dict[str, str]:
    """Return the variables of `Variable` lines; a comma begins another one, as in manager.c."""
    parts = [part for line in variables for part in line.split(",")]
    return {name: value for name, _, value in (part.partition("=") for part in parts) if name}


def _caller_id(text: str) -> tuple[str, str]:
    """Return number and name of `"Name" <number>`."""
    name, bracket, number = text.rpartition("<")
    return (number.rstrip("> ") if bracket else text), name.strip(' "')
