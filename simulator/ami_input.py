"""What clients send to the AMI server: bytes to actions, as forgiving and as limited as Asterisk.

Written from the behaviour of Asterisk's manager.c (a bare LF ends a line, keys in any case, the first of
two equal headers counts, `Key:value` without a space is fine, NUL cuts) and kept apart from the client's
own wire in `cti.ami`, so that the two cannot share a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LINE_BYTES_MAX = 1_024
HEADERS_MAX = 128


@dataclass(slots=True)
class Action:
    """One action: first value of each header by lower-case key; `variables` are all its Variable lines.

    `error` is what Asterisk answers to one that breaks a limit; such an action must not be carried out.
    """

    headers: dict[str, str] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""

    @property
    def name(self) -> str:
        """The action's name in lower case, empty where it has none."""
        return self.get("action").lower()

    def get(self, key: str) -> str:
        """Return the header `key` (in lower case), or an empty text."""
        return self.headers.get(key, "")


class ActionReader:
    """Turn the bytes of one connection into actions."""

    def __init__(self) -> None:
        self._rest = b""
        self._action = Action()

    def feed(self, chunk: bytes) -> list[Action]:
        """Return the actions that `chunk` completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LINE_BYTES_MAX:
            self._action.error = "Failed to parse message: line too long"
            self._rest = self._rest[:LINE_BYTES_MAX]
        complete = []
        for line in lines:
            if action := self._take(line.removesuffix(b"\r")):
                complete.append(action)
        return complete

    def _take(self, line: bytes) -> Action | None:
        if line:
            self._add(line)
            return None
        action, self._action = self._action, Action()
        return action

    def _add(self, line: bytes) -> None:
        action = self._action
        if len(line) > LINE_BYTES_MAX:
            action.error = "Failed to parse message: line too long"
            return
        if len(action.lines) == HEADERS_MAX:
            action.error = "Too many lines in message or allocation failure"
            return
        key, _, value = line.split(b"\0")[0].decode("utf-8", "replace").partition(":")
        key, value = key.strip(), value.strip()
        action.lines.append((key, value))
        if key.lower() == "variable":
            action.variables.append(value)
        action.headers.setdefault(key.lower(), value)
