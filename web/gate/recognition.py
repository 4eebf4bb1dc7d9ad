"""Recognises who calls, by the cookie of a sign-in or by a program's key.

Who was recognised is believed for a while, and for longer while the store is away: a database that fails must
not sign out a floor of agents.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from core.kernel.clock import Clock, microseconds
from core.model.ids import AgentId
from core.model.person import ApiKey, Person, SignIn
from web.gate.cookie import token_in
from web.gate.tokens import KEY_PREFIX, hash_of
from web.gate_settings import GateSettings
from web.ports import PeopleStore
from web.roles import Caller, Role

KNOWN_MAX = 10_000
"""Callers that are remembered; 500 agents with two browsers each and their programs are a tenth."""
SEEN_EVERY_US = microseconds(60)
"""How exactly it is kept when a sign-in was last used: each time would be a write for each request."""
_BEARER = "bearer"


@dataclass(slots=True)
class _Known:
    """A caller, when the store last said so and when it ends."""

    caller: Caller
    checked_us: int
    seen_us: int
    ends_us: int


class Recognition:
    """Tells who shows a token; whoever is unknown, disabled or late is nobody."""

    def __init__(self, people: PeopleStore, settings: GateSettings, clock: Clock) -> None:
        self._people = people
        self._clock = clock
        self._idle_us = microseconds(settings.idle_s)
        self._recheck_us = microseconds(settings.recheck_s)
        self.recheck_s = settings.recheck_s
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def caller(self, connection: HTTPConnection) -> Caller | None:
        """Return who calls, or None. Raises `OSError` or `TimeoutError` where that cannot be found out."""
        token = token_shown(connection)
        if not token:
            return None
        token_hash, now_us = hash_of(token), self._clock.now_us()
        known = self._known.get(token_hash)
        if known is None or now_us >= known.checked_us + self._recheck_us:
            known = await self._look_up(token, token_hash, known, now_us)
        if known is None or now_us >= min(known.ends_us, known.seen_us + self._idle_us):
            self._known.pop(token_hash, None)
            return None
        return known.caller

    def forget_token(self, token: str) -> None:
        """Ask the store again about who shows `token`."""
        self._known.pop(hash_of(token), None)

    def forget(self, login: str) -> None:
        """Ask the store again about a person or a program whose rights changed."""
        for token_hash in [key for key, known in self._known.items() if known.caller.login == login]:
            del self._known[token_hash]

    async def _look_up(self, token: str, token_hash: str, known: _Known | None, now_us: int) -> _Known | None:
        try:
            found = await self._found(token, token_hash, now_us)
        except (OSError, TimeoutError):
            if known is None:
                raise
            return known
        if found is not None:
            self._known[token_hash] = found
            self._known.move_to_end(token_hash)
            while len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)
        return found

    async def _found(self, token: str, token_hash: str, now_us: int) -> _Known | None:
        if token.startswith(KEY_PREFIX):
            key = await self._people.key(token_hash)
            return None if key is None else _program(key, now_us)
        found = await self._people.signed_in(token_hash)
        if found is None:
            return None
        sign_in, person = found
        if person.disabled or now_us >= min(sign_in.ends_us, sign_in.seen_us + self._idle_us):
            return None
        if now_us >= sign_in.seen_us + SEEN_EVERY_US:
            await self._people.see_sign_in(token_hash, now_us)
        return _present(sign_in, person, now_us)


def token_shown(connection: HTTPConnection) -> str:
    """Return the key in the header or, where there is no such header, the token in the cookie.

    A key in a cookie is no key, nor does a cookie count beside a header of any kind: the checks of browsers
    (`web.gate.origin`) go by the header.
    """
    header = connection.headers.get("authorization")
    if header is None:
        token = token_in(connection)
        return "" if token.startswith(KEY_PREFIX) else token
    scheme, _, key = header.partition(" ")
    return key if scheme.lower() == _BEARER and key.startswith(KEY_PREFIX) else ""


def caller_for(person: Person) -> Caller:
    """Return the caller that `person` is."""
    return Caller(
        login=person.login,
        name=person.name,
        roles=_roles(person.roles),
        agent_id=AgentId(person.agent_id) if person.agent_id else None,
    )


def program_login(key_id: str) -> str:
    """Return what a program goes by whose key has this id."""
    return f"key:{key_id}"


def _present(sign_in: SignIn, person: Person, now_us: int) -> _Known:
    return _Known(caller_for(person), checked_us=now_us, seen_us=now_us, ends_us=sign_in.ends_us)


def _program(key: ApiKey, now_us: int) -> _Known | None:
    ends_us = now_us + microseconds(3_600) if key.ends_us is None else key.ends_us
    if now_us >= ends_us:
        return None
    caller = Caller(login=program_login(key.key_id), name=key.name, roles=_roles(key.scopes))
    return _Known(caller, checked_us=now_us, seen_us=now_us, ends_us=ends_us)


def _roles(words: tuple[str, ...]) -> frozenset[Role]:
    """Return the roles that `words` name; one of a newer version gives nothing here."""
    return frozenset(role for role in Role if role in words)
