"""The errors of Goldline, near side and far side kept apart.

- `GoldlineError`
    - `RequestRefused`: a person or a program asked for what cannot be done now
    - `PbxError`: the telephone system broke its word or refused ours
    - `ConfigError`: a configuration, scenario, flow or list names something impossible
    - `UnsafeText`: a value that must not reach a wire (CR, LF or NUL in it)
    - `UnreadableRecord`: a line of the journal or of the ledger is not what we write there
    - `IllegalTransition`: our own code asked a state machine for a step it does not have
    - `InvariantBroken`: our own code broke one of its promises; always a bug
"""

from __future__ import annotations


class GoldlineError(Exception):
    """Root of all errors that Goldline raises on purpose."""


class RequestRefused(GoldlineError):
    """A wish that cannot be granted in the present state; nothing was changed.

    `code` is stable and meant for programs, `reason` is one sentence for people.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class PbxError(GoldlineError):
    """The telephone system failed or refused an action."""


class Said(str):
    """A word in place of a value, printed as it is: nothing, a table."""

    def __repr__(self) -> str:
        return str(self)


class ConfigError(GoldlineError):
    """What a person wrote down is impossible; says where, what was found and what is allowed."""

    def __init__(self, where: str, found: object, allowed: str) -> None:
        super().__init__(f"{where}: found {found!r}; {allowed}")
        self.where = where
        self.found = found
        self.allowed = allowed


class KeyRefused(ValueError):
    """A check of a whole table refuses one of its keys; the reader makes a `ConfigError` of it."""

    def __init__(self, key: str, found: object, allowed: str) -> None:
        super().__init__(f"{key}: found {found!r}; {allowed}")
        self.key = key
        self.found = found
        self.allowed = allowed


class UnsafeText(GoldlineError, ValueError):
    """A text with CR, LF or NUL was about to be written to a line protocol."""

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} holds CR, LF or NUL, which would forge a line of the protocol")
        self.where = where


class UnreadableRecord(GoldlineError, ValueError):
    """A stored line does not hold a message of ours; says which field and what was found."""


class IllegalTransition(GoldlineError):
    """A state machine was asked for a step its table does not have."""

    def __init__(self, machine: str, state: str, trigger: str) -> None:
        super().__init__(f"{machine}: no row for {trigger} in state {state}")
        self.machine = machine
        self.state = state
        self.trigger = trigger


class InvariantBroken(GoldlineError):
    """The program contradicts itself. Never caught to be ignored."""
