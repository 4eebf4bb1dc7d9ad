"""People, sign-ins, keys and the audit log in memory: for the demonstration and tests."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import TypeVar

from core.model.person import (
    ApiKey,
    AttemptLimits,
    AuditEntry,
    KeptAnswer,
    Person,
    PersonChange,
    SignIn,
)

T = TypeVar("T")


AUDIT_MAX = 100_000
"""Entries of the audit log that fit: a demonstration makes hundreds."""


class MemoryPeopleStore:
    """The port `web.ports.PeopleStore` without a database."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._sign_ins: dict[str, SignIn] = {}
        self._keys: dict[str, ApiKey] = {}
        self._attempts: list[tuple[str, str, int]] = []
        self._audit: deque[AuditEntry] = deque(maxlen=AUDIT_MAX)
        self._answers: dict[tuple[str, str], KeptAnswer] = {}
        self._entries = count(1)

    async def people(self, after: str, count: int) -> Sequence[Person]:
        """Return people by login."""
        return _page(self._people, after, count)

    async def person(self, login: str) -> Person | None:
        """Return the person of this login."""
        return self._people.get(login)

    async def add_person(self, person: Person) -> bool:
        """Add `person` where the login is free."""
        return self._people.setdefault(person.login, person) is person

    async def change_person(self, login: str, change: PersonChange) -> Person | None:
        """Change a person and return the new state."""
        if login not in self._people:
            return None
        self._people[login] = changed = replace(self._people[login], **change.given())
        return changed

    async def begin_sign_in(self, sign_in: SignIn, count_max: int) -> None:
        """Keep `sign_in`, and forget those that are over or too many."""
        alive = [each for each in self._sign_ins.values() if each.ends_us > sign_in.began_us]
        theirs = [each.token_hash for each in alive if each.login == sign_in.login]
        too_many = theirs[: max(0, len(theirs) + 1 - count_max)]
        self._sign_ins = {each.token_hash: each for each in alive if each.token_hash not in too_many}
        self._sign_ins[sign_in.token_hash] = sign_in

    async def signed_in(self, token_hash: str) -> tuple[SignIn, Person] | None:
        """Return the sign-in of this token and whose it is."""
        sign_in = self._sign_ins.get(token_hash)
        return None if sign_in is None else (sign_in, self._people[sign_in.login])

    async def see_sign_in(self, token_hash: str, seen_us: int) -> None:
        """Note when a sign-in was last used."""
        if token_hash in self._sign_ins:
            self._sign_ins[token_hash] = replace(self._sign_ins[token_hash], seen_us=seen_us)

    async def end_sign_in(self, token_hash: str) -> None:
        """Forget one sign-in."""
        self._sign_ins.pop(token_hash, None)

    async def end_sign_ins(self, login: str, but: str = "") -> None:
        """Forget all sign-ins of a person except one."""
        self._sign_ins = {
            key: each for key, each in self._sign_ins.items() if each.login != login or key == but
        }

    async def claim_attempt(self, login: str, address: str, at_us: int, limits: AttemptLimits) -> bool:
        """Count an attempt, unless there were too many."""
        self._attempts = [each for each in self._attempts if each[2] >= limits.since_us]
        of_login = [each for each in self._attempts if each[0] == login]
        of_both = sum(each[1] == address for each in of_login)
        of_address = sum(each[1] == address for each in self._attempts)
        if of_both >= limits.of_both or len(of_login) >= limits.of_login or of_address >= limits.of_address:
            return False
        self._attempts.append((login, address, at_us))
        return True

    async def forgive_attempts(self, login: str, address: str) -> None:
        """Forget the attempts at `login` from `address`."""
        self._attempts = [each for each in self._attempts if each[:2] != (login, address)]

    async def add_key(self, key: ApiKey) -> None:
        """Keep a new key."""
        self._keys[key.key_id] = key

    async def key(self, key_hash: str) -> ApiKey | None:
        """Return the key of this hash."""
        return next((key for key in self._keys.values() if key.key_hash == key_hash), None)

    async def keys(self, after: str, count: int) -> Sequence[ApiKey]:
        """Return keys by their ids."""
        return _page(self._keys, after, count)

    async def revoke_key(self, key_id: str) -> ApiKey | None:
        """Forget a key."""
        return self._keys.pop(key_id, None)

    async def write_audit(self, entry: AuditEntry) -> None:
        """Number and keep an entry."""
        self._audit.append(replace(entry, entry_id=next(self._entries)))

    async def audit(self, before: int, count: int, who: str = "") -> Sequence[AuditEntry]:
        """Return entries, the newest first."""
        wanted = (
            entry
            for entry in reversed(self._audit)
            if (not before or entry.entry_id < before) and (not who or entry.who == who)
        )
        return list(islice(wanted, count))

    async def claim_answer(
        self, claim: KeptAnswer, since_us: int, pending_since_us: int, count_max: int
    ) -> KeptAnswer | None:
        """Return what is kept under the caller's key, or keep `claim`."""
        self._answers = {
            key: each
            for key, each in self._answers.items()
            if each.at_us >= (since_us if each.status else max(since_us, pending_since_us))
        }
        kept = self._answers.get((claim.who, claim.key))
        if kept is not None:
            return kept
        theirs = [key for key in self._answers if key[0] == claim.who]
        for key in theirs[: max(0, len(theirs) + 1 - count_max)]:
            del self._answers[key]
        self._answers[claim.who, claim.key] = claim
        return None

    async def keep_answer(self, answer: KeptAnswer) -> None:
        """Keep the answer in place of its claim."""
        self._answers[answer.who, answer.key] = answer

    async def drop_claim(self, who: str, key: str) -> None:
        """Forget a claim."""
        self._answers.pop((who, key), None)


def _page(kept: Mapping[str, T], after: str, count: int) -> list[T]:
    return [kept[key] for key in sorted(kept) if key > after][:count]
