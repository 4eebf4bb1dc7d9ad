"""People who may sign in and keys of programs, looked after from the command line.

The first administrator is made here; whoever can run this can read the database anyway. What is done stands
in the audit log like what is done by the pages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core.kernel.clock import SECOND_US, Clock
from core.kernel.errors import ConfigError, GoldlineError
from core.model.person import ApiKey, AuditEntry, Person, PersonChange
from crm.people import SqlPeopleStore
from goldline.config import load_config
from goldline.stores import open_database
from goldline.wall_clock import WallClock
from web.gate.passwords import hash_password
from web.gate.tokens import hash_of, new_key, new_key_id
from web.gate_settings import GateSettings
from web.ports import PeopleStore

WHO = "command line"
DAY_US = 24 * 3_600 * SECOND_US
ALL_AT_ONCE = 10_000


class PersonRefused(GoldlineError):
    """Somebody cannot be added or changed as asked."""


@dataclass(frozen=True, slots=True)
class Register:
    """The people of one centre, whose desks are those of its `agents`."""

    store: PeopleStore
    clock: Clock
    agents: Set[str]

    async def add(self, person: Person, password: str) -> None:
        """Let somebody sign in.

        Raises `PersonRefused` where the login is taken or the password too short, `ConfigError` where there
        is no such desk.
        """
        if person.agent_id and person.agent_id not in self.agents:
            raise ConfigError(
                "--agent", person.agent_id, f"one of the agents: {', '.join(sorted(self.agents))}"
            )
        if not await self.store.add_person(replace(person, password_hash=_hashed(password))):
            raise PersonRefused(f"{person.login}: somebody has this login already")
        await self._write("people add", person.login)

    async def change(self, login: str, change: PersonChange, action: str) -> None:
        """Change somebody; who has a new password, or may not sign in any more, is signed out."""
        if await self.store.change_person(login, change) is None:
            raise PersonRefused(f"{login}: nobody has this login")
        await self.store.end_sign_ins(login)
        await self._write(action, login)

    async def set_password(self, login: str, password: str) -> None:
        """Give somebody a new password."""
        await self.change(login, PersonChange(password_hash=_hashed(password)), "people password")

    async def make_key(self, name: str, scopes: tuple[str, ...], days: int) -> tuple[ApiKey, str]:
        """Make a key for a program, for so many days or (0) until it is revoked; return what to show."""
        secret, now_us = new_key(), self.clock.now_us()
        key = ApiKey(
            key_id=new_key_id(),
            name=name,
            key_hash=hash_of(secret),
            scopes=scopes,
            made_by=WHO,
            made_us=now_us,
            ends_us=now_us + days * DAY_US if days else None,
        )
        await self.store.add_key(key)
        await self._write("people key", key.key_id)
        return key, secret

    async def revoke_key(self, key_id: str) -> None:
        """Let a key be worth nothing any more."""
        if await self.store.revoke_key(key_id) is None:
            raise PersonRefused(f"{key_id}: there is no such key")
        await self._write("people revoke", key_id)

    async def everybody(self) -> tuple[Sequence[Person], Sequence[ApiKey]]:
        """Return who and what may come in."""
        return await self.store.people("", ALL_AT_ONCE), await self.store.keys("", ALL_AT_ONCE)

    async def _write(self, action: str, subject: str) -> None:
        entry = AuditEntry(at_us=self.clock.now_us(), who=WHO, action=action, subject=subject, outcome="done")
        await self.store.write_audit(entry)


@asynccontextmanager
async def open_register(config_path: Path) -> AsyncIterator[Register]:
    """Give the people of the configured database."""
    config = load_config(config_path)
    async with open_database(config) as database:
        yield Register(SqlPeopleStore(database), WallClock(), frozenset(config.agents))


def _hashed(password: str) -> str:
    letters_min = GateSettings().password_letters_min
    if len(password) < letters_min:
        raise PersonRefused(f"a password has at least {letters_min} letters")
    return hash_password(password)
