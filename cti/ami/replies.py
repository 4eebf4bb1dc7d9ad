"""An action that waits for its reply, and what becomes of it.

An action is answered by one response. Where that begins a list, its entries follow as events with the
same ActionID, in one run, and a Complete event ends them. Nothing here knows time: deadlines are the
session's (`cti.ami.protocol`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cti.ami.wire import AmiMessage

LIST_ENDS: Mapping[str, str] = {
    "BridgeInfo": "BridgeInfoComplete",
    "BridgeList": "BridgeListComplete",
    "CoreShowChannels": "CoreShowChannelsComplete",
    "DeviceStateList": "DeviceStateListComplete",
    "ExtensionStateList": "ExtensionStateListComplete",
    "ParkedCalls": "ParkedCallsComplete",
    "PJSIPShowContacts": "ContactListComplete",
    "PJSIPShowEndpoints": "EndpointListComplete",
    "QueueStatus": "QueueStatusComplete",
    "QueueSummary": "QueueSummaryComplete",
    "Status": "StatusComplete",
}
"""List actions and the events that end them. Others are known by `EventList: start` in their response;
these by name as well, for Asterisk 11 and 13 leave that header out of some."""

ECHOING_EVENTS = frozenset({"UserEvent", "OriginateResponse"})
"""Events told to everybody that repeat the ActionID of the action behind them; never a list's entries."""

_IS_TO_STOP = "shutting down"

_LIST_IS_OVER = frozenset({"complete", "cancelled"})


class ReplyOutcome(StrEnum):
    """How an action ended."""

    DONE = "done"
    REFUSED = "refused"
    """Asterisk said no; `ActionReply.reason` has its words."""
    TIMED_OUT = "timed_out"
    """No reply by the deadline: it may have been carried out, or may still be."""
    LOST = "lost"
    """The link broke before the reply: it may have been carried out."""
    NOT_SENT = "not_sent"
    """It never left us."""
    TRUNCATED = "truncated"
    """The list had more entries than allowed; `entries` are the first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReply:
    """The outcome of one action; `entries` are the events of a list without its Complete event."""

    action_id: str
    action: str
    outcome: ReplyOutcome
    response: AmiMessage = field(default_factory=AmiMessage)
    entries: tuple[AmiMessage, ...] = ()
    reason: str = ""

    @property
    def is_to_stop(self) -> bool:
        """Whether Asterisk refuses whatever it is asked, as it is to stop once its calls have ended."""
        return self.outcome is ReplyOutcome.REFUSED and _IS_TO_STOP in self.reason

    @property
    def ok(self) -> bool:
        """Whether Asterisk carried the action out (for an asynchronous Originate: accepted it)."""
        return self.outcome is ReplyOutcome.DONE

    @property
    def output(self) -> list[str]:
        """The lines a Command printed."""
        return self.response.all("Output")


@dataclass(slots=True, kw_only=True)
class PendingAction:
    """An action on its way; `take_response` and `take_event` return its outcome once it has one.

    `is_own` marks those the session sends for itself: logging in and keeping alive.
    """

    action_id: str
    action: str
    entries_max: int
    is_own: bool
    response: AmiMessage | None = None
    entries: list[AmiMessage] = field(default_factory=list)

    def take_response(self, message: AmiMessage) -> ReplyOutcome | None:
        """Keep the response; None means that a list follows."""
        self.response = message
        if message["Response"] == "Error":
            return ReplyOutcome.REFUSED
        if self.action in LIST_ENDS or message["EventList"].casefold() == "start":
            return None
        return ReplyOutcome.DONE

    def owns(self, event: AmiMessage) -> bool:
        """Tell whether `event`, which carries this action's id, belongs to its list."""
        return self.response is not None and event["Event"] not in ECHOING_EVENTS

    def take_event(self, event: AmiMessage) -> ReplyOutcome | None:
        """Add an entry to the list; None means that more may follow."""
        if event["EventList"].casefold() in _LIST_IS_OVER or event["Event"] == LIST_ENDS.get(self.action):
            return ReplyOutcome.DONE
        if len(self.entries) >= self.entries_max:
            return ReplyOutcome.TRUNCATED
        self.entries.append(event)
        return None

    def reply(self, outcome: ReplyOutcome, reason: str = "") -> ActionReply:
        """Return the outcome with all that was heard; a refusal's reason is Asterisk's `Message`."""
        response = self.response or AmiMessage()
        return ActionReply(
            action_id=self.action_id,
            action=self.action,
            outcome=outcome,
            response=response,
            entries=tuple(self.entries),
            reason=reason or (response["Message"] if outcome is ReplyOutcome.REFUSED else ""),
        )
