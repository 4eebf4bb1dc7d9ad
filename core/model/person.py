"""People who sign in and programs with keys, as stores keep them: values, no behaviour.

They stand here because the web side, which asks for them, and the stores, which keep them, know only `core`.
No password and no token is in any of them, only what one is recognised by; that stays out of every repr.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

LOGIN = r"[a-z0-9][a-z0-9._@-]{0,99}"
"""What people sign in as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in: `roles` are the words of `web.callers.Role`.

    `subject` names who signs in elsewhere (issuer and its own name for the person), and has no password here.
    `agent_id` is the person's desk, `extension` the phone last used at it, `keys` the keys of the keyboard
    that the person changed, by action. Language and theme are empty until chosen: the browser has its own.
    """

    login: str
    name: str = ""
    roles: tuple[str, ...] = ()
    password_hash: str = field(default="", repr=False)
    subject: str = ""
    agent_id: str = ""
    extension: str = ""
    language: str = ""
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """What becomes different of a person; None leaves what is there."""

    name: str | None = None
    roles: tuple[str, ...] | None = None
    password_hash: str | None = field(default=None, repr=False)
    agent_id: str | None = None
    extension: str | None = None
    language: str | None = None
    theme: str | None = None
    keys: Mapping[str, str] | None = None
    disabled: bool | None = None

    def given(self) -> dict[str, Any]:
        """Return what is not left open, by name."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A browser in which a person signed in, by the hash of its token; over at `ends_us` at the latest."""

    token_hash: str = field(repr=False)
    login: str
    began_us: int
    seen_us: int
    ends_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A program's key, known by its hash; `scopes` are roles. Without `ends_us` it holds until revoked."""

    key_id: str
    name: str
    key_hash: str = field(repr=False)
    scopes: tuple[str, ...]
    made_by: str
    made_us: int
    ends_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLimits:
    """How many sign-ins may fail from `since_us` on: at one login from one address, at one, from one."""

    since_us: int
    of_both: int
    of_login: int
    of_address: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what on whom, how it came out (a status and a code) and why; the store numbers entries."""

    entry_id: int = 0
    at_us: int
    who: str
    action: str
    subject: str
    outcome: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The answer to a creating request that its caller may ask again under the same key.

    `request_hash` is of all that was asked. `status` is 0 while the first is still being answered.
    """

    who: str
    key: str
    request_hash: str
    at_us: int
    status: int = 0
    body: bytes = b""
    location: str = ""
