"""People, sign-ins, keys and the audit log in a database: the port `web.ports.PeopleStore`.

Whatever must not be raced is one transaction that writes first: on SQLite that takes the writer's lock, so
what it reads afterwards nobody else changes meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model.person import (
    ApiKey,
    AttemptLimits,
    AuditEntry,
    KeptAnswer,
    Person,
    PersonChange,
    SignIn,
)
from crm.database import Database
from crm.people_models import ApiKeyRow, AuditRow, KeptAnswerRow, PersonRow, SignInAttemptRow, SignInRow

_PERSON = PersonRow.__table__.columns
_SIGN_IN = SignInRow.__table__.columns
_KEY = ApiKeyRow.__table__.columns


class SqlPeopleStore:
    """Who may come in, who is in, and what they did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- people -------------------------------------------------------------------------------------

    async def people(self, after: str, count: int) -> Sequence[Person]:
        """Return people by login."""
        query = select(*_PERSON).where(PersonRow.login > after).order_by(PersonRow.login).limit(count)
        return [_person(row) for row in await self._rows(query)]

    async def person(self, login: str) -> Person | None:
        """Return the person of this login."""
        rows = await self._rows(select(*_PERSON).where(PersonRow.login == login))
        return _person(rows[0]) if rows else None

    async def add_person(self, person: Person) -> bool:
        """Add `person` where the login is free."""
        row = asdict(person) | {"roles": list(person.roles), "keys": dict(person.keys)}
        adding = self._database.insert(PersonRow).values(row).on_conflict_do_nothing()
        return bool(await self._rows(adding.returning(PersonRow.login)))

    async def change_person(self, login: str, change: PersonChange) -> Person | None:
        """Change a person and return the new state."""
        given = change.given()
        if not given:
            return await self.person(login)
        changing = update(PersonRow).where(PersonRow.login == login).values(given).returning(*_PERSON)
        rows = await self._rows(changing)
        return _person(rows[0]) if rows else None

    # --- sign-ins -----------------------------------------------------------------------------------

    async def begin_sign_in(self, sign_in: SignIn, count_max: int) -> None:
        """Keep `sign_in`, and forget those that are over or too many."""
        theirs = (
            select(SignInRow.token_hash)
            .where(SignInRow.login == sign_in.login)
            .order_by(SignInRow.began_us.desc(), SignInRow.token_hash)
            .limit(count_max)
        )
        too_many = and_(SignInRow.login == sign_in.login, SignInRow.token_hash.not_in(theirs))
        async with self._database.writing() as connection:
            await connection.execute(insert(SignInRow).values(asdict(sign_in)))
            is_over = SignInRow.ends_us <= sign_in.began_us
            await connection.execute(delete(SignInRow).where(or_(is_over, too_many)))

    async def signed_in(self, token_hash: str) -> tuple[SignIn, Person] | None:
        """Return the sign-in of this token and whose it is."""
        both = select(*_SIGN_IN, *(column.label(f"of_{column.name}") for column in _PERSON))
        query = both.join(PersonRow, PersonRow.login == SignInRow.login)
        rows = await self._rows(query.where(SignInRow.token_hash == token_hash))
        if not rows:
            return None
        sign_in = SignIn(**{column.name: rows[0][column.name] for column in _SIGN_IN})
        return sign_in, _person({column.name: rows[0][f"of_{column.name}"] for column in _PERSON})

    async def see_sign_in(self, token_hash: str, seen_us: int) -> None:
        """Note when a sign-in was last used."""
        await self._do(update(SignInRow).where(SignInRow.token_hash == token_hash).values(seen_us=seen_us))

    async def end_sign_in(self, token_hash: str) -> None:
        """Forget one sign-in."""
        await self._do(delete(SignInRow).where(SignInRow.token_hash == token_hash))

    async def end_sign_ins(self, login: str, but: str = "") -> None:
        """Forget all sign-ins of a person except one."""
        await self._do(delete(SignInRow).where(SignInRow.login == login, SignInRow.token_hash != but))

    async def claim_attempt(self, login: str, address: str, at_us: int, limits: AttemptLimits) -> bool:
        """Count an attempt, unless there were too many."""
        digest = _digest(login)
        row = {"login_digest": digest, "address": address, "at_us": at_us}
        async with self._database.writing() as connection:
            adding = insert(SignInAttemptRow).values(row).returning(SignInAttemptRow.id)
            attempt = (await connection.execute(adding)).scalar_one()
            forgotten = SignInAttemptRow.at_us < limits.since_us
            await connection.execute(delete(SignInAttemptRow).where(forgotten))
            if not await _too_many(connection, digest, address, limits):
                return True
            await connection.execute(delete(SignInAttemptRow).where(SignInAttemptRow.id == attempt))
        return False

    async def forgive_attempts(self, login: str, address: str) -> None:
        """Forget the attempts at `login` from `address`."""
        await self._do(delete(SignInAttemptRow).where(_at(_digest(login)), _from(address)))

    # --- keys of programs ---------------------------------------------------------------------------

    async def add_key(self, key: ApiKey) -> None:
        """Keep a new key."""
        await self._do(insert(ApiKeyRow).values(asdict(key) | {"scopes": list(key.scopes)}))

    async def key(self, key_hash: str) -> ApiKey | None:
        """Return the key of this hash."""
        rows = await self._rows(select(*_KEY).where(ApiKeyRow.key_hash == key_hash))
        return _key(rows[0]) if rows else None

    async def keys(self, after: str, count: int) -> Sequence[ApiKey]:
        """Return keys by their ids."""
        query = select(*_KEY).where(ApiKeyRow.key_id > after).order_by(ApiKeyRow.key_id).limit(count)
        return [_key(row) for row in await self._rows(query)]

    async def revoke_key(self, key_id: str) -> ApiKey | None:
        """Forget a key."""
        rows = await self._rows(delete(ApiKeyRow).where(ApiKeyRow.key_id == key_id).returning(*_KEY))
        return _key(rows[0]) if rows else None

    # --- what was done ------------------------------------------------------------------------------

    async def write_audit(self, entry: AuditEntry) -> None:
        """Number and keep an entry."""
        row = asdict(entry)
        del row["entry_id"]
        await self._do(insert(AuditRow).values(row))

    async def audit(self, before: int, count: int, who: str = "") -> Sequence[AuditEntry]:
        """Return entries, the newest first."""
        query = select(*AuditRow.__table__.columns).order_by(AuditRow.entry_id.desc()).limit(count)
        if before:
            query = query.where(AuditRow.entry_id < before)
        if who:
            query = query.where(AuditRow.who == who)
        return [AuditEntry(**row) for row in await self._rows(query)]

    # --- answers asked for again --------------------------------------------------------------------

    async def claim_answer(
        self, claim: KeptAnswer, since_us: int, pending_since_us: int, count_max: int
    ) -> KeptAnswer | None:
        """Return what is kept under the caller's key, or keep `claim`."""
        async with self._database.writing() as connection:
            is_given_up = and_(KeptAnswerRow.status == 0, KeptAnswerRow.at_us < pending_since_us)
            is_over = or_(KeptAnswerRow.at_us < since_us, is_given_up)
            await connection.execute(delete(KeptAnswerRow).where(is_over))
            claiming = self._database.insert(KeptAnswerRow).values(asdict(claim)).on_conflict_do_nothing()
            if (await connection.execute(claiming.returning(KeptAnswerRow.key))).first() is not None:
                await _forget_oldest_answers(connection, claim.who, count_max)
                return None
            columns = KeptAnswerRow.__table__.columns
            kept = await connection.execute(select(*columns).where(_of_caller(claim.who, claim.key)))
            return KeptAnswer(**kept.mappings().one())

    async def keep_answer(self, answer: KeptAnswer) -> None:
        """Keep the answer in place of its claim."""
        kept = {"status": answer.status, "body": answer.body, "location": answer.location}
        await self._do(update(KeptAnswerRow).where(_of_caller(answer.who, answer.key)).values(kept))

    async def drop_claim(self, who: str, key: str) -> None:
        """Forget a claim."""
        await self._do(delete(KeptAnswerRow).where(_of_caller(who, key)))

    async def _rows(self, statement: Any) -> Sequence[Any]:
        async with self._database.committing() as connection:
            return (await connection.execute(statement)).mappings().all()

    async def _do(self, statement: Any) -> None:
        async with self._database.committing() as connection:
            await connection.execute(statement)


def _person(row: Any) -> Person:
    return Person(**{**row, "roles": tuple(row["roles"])})


def _key(row: Any) -> ApiKey:
    return ApiKey(**{**row, "scopes": tuple(row["scopes"])})


def _digest(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()


def _at(login_digest: str) -> ColumnElement[bool]:
    return SignInAttemptRow.login_digest == login_digest


def _from(address: str) -> ColumnElement[bool]:
    return SignInAttemptRow.address == address


def _of_caller(who: str, key: str) -> ColumnElement[bool]:
    return and_(KeptAnswerRow.who == who, KeptAnswerRow.key == key)


async def _too_many(connection: AsyncConnection, digest: str, address: str, limits: AttemptLimits) -> bool:
    """Tell whether the attempts, the newest included, are beyond one of the limits."""
    counted = select(
        func.count(case((and_(_at(digest), _from(address)), 1))),
        func.count(case((_at(digest), 1))),
        func.count(case((_from(address), 1))),
    ).where(or_(_at(digest), _from(address)))
    of_both, of_login, of_address = (await connection.execute(counted)).one()
    return bool(of_both > limits.of_both or of_login > limits.of_login or of_address > limits.of_address)


async def _forget_oldest_answers(connection: AsyncConnection, who: str, count_max: int) -> None:
    newest = (
        select(KeptAnswerRow.key)
        .where(KeptAnswerRow.who == who)
        .order_by(KeptAnswerRow.at_us.desc(), KeptAnswerRow.key)
        .limit(count_max)
    )
    theirs = KeptAnswerRow.who == who
    await connection.execute(delete(KeptAnswerRow).where(theirs, KeptAnswerRow.key.not_in(newest)))
