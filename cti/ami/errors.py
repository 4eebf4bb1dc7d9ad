"""The errors of AMI: what we did wrong (near side) and what Asterisk did wrong (far side).

- `LocalAmiError`: our own code asked for what cannot be done; nothing was sent
    - `ActionTooLong`: the action does not fit the limits of Asterisk's input
    - `ActionNotSent`: nobody is logged in, or too many actions wait for their reply
- `RemoteAmiError`: Asterisk broke the protocol, refused the login or fell silent; the link is lost

A refused or late action is no exception: it is an `ActionReply` with its outcome.
"""

from __future__ import annotations

from core.kernel.errors import GoldlineError, PbxError


class LocalAmiError(GoldlineError):
    """Near side: the action cannot be sent, and was not."""


class ActionTooLong(LocalAmiError):
    """A line or the number of lines exceeds what Asterisk reads."""


class ActionNotSent(LocalAmiError):
    """There is no one to send to now, or too much waits already."""


class RemoteAmiError(PbxError):
    """Far side: the conversation cannot go on."""
