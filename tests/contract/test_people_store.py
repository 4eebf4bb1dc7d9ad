"""People come in by every store alike: in memory, SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.kernel.clock import SECOND_US
from core.model.person import ApiKey, AttemptLimits, AuditEntry, KeptAnswer, Person, PersonChange, SignIn
from crm.people import SqlPeopleStore
from crm.people_memory import MemoryPeopleStore
from tests.services.clocks import NOON_US
from tests.services.databases import SQL, opened
from web.ports import PeopleStore

ANNA = Person(
    login="anna",
    name="Anna Bell",
    roles=("agent", "supervisor"),
    password_hash="$argon2id$anna",
    agent_id="anna",
    extension="PJSIP/1001",
    language="zh-CN",
    keys={"hold": "KeyJ"},
)
LIMITS = AttemptLimits(since_us=NOON_US - 900 * SECOND_US, of_both=3, of_login=5, of_address=7)


@pytest.fixture(params=["memory", *SQL])
async def people(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PeopleStore]:
    if request.param == "memory":
        yield MemoryPeopleStore()
        return
    async with opened(request, tmp_path) as database:
        yield SqlPeopleStore(database)


def sign_in(number: int, login: str = "anna") -> SignIn:
    began_us = NOON_US + number
    return SignIn(
        token_hash=f"token-{number}",
        login=login,
        began_us=began_us,
        seen_us=began_us,
        ends_us=began_us + 3_600 * SECOND_US,
    )


async def test_a_person_is_kept_whole_and_a_login_is_given_once(people: PeopleStore) -> None:
    assert await people.add_person(ANNA)
    assert not await people.add_person(Person(login="anna", name="another"))
    assert await people.person("anna") == ANNA
    assert await people.person("nobody") is None


async def test_a_change_leaves_what_it_does_not_name(people: PeopleStore) -> None:
    await people.add_person(ANNA)
    changed = await people.change_person("anna", PersonChange(roles=("agent",), disabled=True, keys={}))
    assert changed == replace(ANNA, roles=("agent",), disabled=True, keys={})
    assert await people.person("anna") == changed
    assert await people.change_person("anna", PersonChange()) == changed
    assert await people.change_person("nobody", PersonChange(name="x")) is None


async def test_people_are_listed_page_by_page(people: PeopleStore) -> None:
    for login in ("cara", "anna", "bert"):
        await people.add_person(replace(ANNA, login=login))
    first = await people.people("", 2)
    assert [person.login for person in first] == ["anna", "bert"]
    assert [person.login for person in await people.people("bert", 2)] == ["cara"]


async def test_a_sign_in_is_found_by_its_token_until_it_ends(people: PeopleStore) -> None:
    await people.add_person(ANNA)
    await people.begin_sign_in(sign_in(1), 10)
    await people.see_sign_in("token-1", NOON_US + 9)
    assert await people.signed_in("token-1") == (replace(sign_in(1), seen_us=NOON_US + 9), ANNA)
    await people.end_sign_in("token-1")
    await people.end_sign_in("token-1")
    assert await people.signed_in("token-1") is None


async def test_a_person_keeps_the_last_sign_ins_only(people: PeopleStore) -> None:
    await people.add_person(ANNA)
    await people.add_person(Person(login="bert"))
    await people.begin_sign_in(sign_in(0, "bert"), 2)
    for number in (1, 2, 3):
        await people.begin_sign_in(sign_in(number), 2)
    assert await people.signed_in("token-1") is None
    assert await people.signed_in("token-2") is not None
    assert await people.signed_in("token-0") is not None


async def test_a_sign_in_that_is_over_is_swept_by_the_next(people: PeopleStore) -> None:
    await people.add_person(ANNA)
    await people.begin_sign_in(sign_in(1), 10)
    await people.begin_sign_in(sign_in(3_600 * SECOND_US + 1), 10)
    assert await people.signed_in("token-1") is None


async def test_all_sign_ins_but_one_can_be_ended(people: PeopleStore) -> None:
    await people.add_person(ANNA)
    for number in (1, 2, 3):
        await people.begin_sign_in(sign_in(number), 10)
    await people.end_sign_ins("anna", but="token-2")
    assert [await people.signed_in(f"token-{n}") is not None for n in (1, 2, 3)] == [False, True, False]


async def test_guesses_at_one_login_from_one_address_come_to_an_end(people: PeopleStore) -> None:
    async def tried(login: str, address: str) -> bool:
        return await people.claim_attempt(login, address, NOON_US, LIMITS)

    assert [await tried("anna", "10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert await tried("bert", "10.0.0.1")
    assert await tried("anna", "10.0.0.2")
    await people.forgive_attempts("anna", "10.0.0.1")
    assert await tried("anna", "10.0.0.1")


async def test_guesses_from_many_addresses_and_at_many_logins_come_to_an_end(people: PeopleStore) -> None:
    at_anna = [await people.claim_attempt("anna", f"10.0.1.{n}", NOON_US, LIMITS) for n in range(6)]
    from_one = [await people.claim_attempt(f"person-{n}", "10.0.0.9", NOON_US, LIMITS) for n in range(8)]
    assert (sum(at_anna), sum(from_one)) == (LIMITS.of_login, LIMITS.of_address)


async def test_guesses_are_forgotten_with_time(people: PeopleStore) -> None:
    for _ in range(3):
        assert await people.claim_attempt("anna", "10.0.0.1", NOON_US, LIMITS)
    later_us = NOON_US + 1_000 * SECOND_US
    later = replace(LIMITS, since_us=later_us - 900 * SECOND_US)
    assert await people.claim_attempt("anna", "10.0.0.1", later_us, later)


async def test_a_key_is_found_by_its_hash_until_it_is_revoked(people: PeopleStore) -> None:
    key = ApiKey(
        key_id="k1", name="crm", key_hash="h1", scopes=("read_only",), made_by="root", made_us=NOON_US
    )
    ending = replace(key, key_id="k2", key_hash="h2", ends_us=NOON_US + 1)
    await people.add_key(key)
    await people.add_key(ending)
    assert await people.key("h1") == key
    assert await people.keys("", 10) == [key, ending]
    assert await people.keys("k1", 10) == [ending]
    assert await people.revoke_key("k1") == key
    assert await people.revoke_key("k1") is None
    assert await people.key("h1") is None


async def test_what_was_done_is_read_newest_first_and_by_whom(people: PeopleStore) -> None:
    for number, who in enumerate(("root", "anna", "root")):
        entry = AuditEntry(at_us=NOON_US + number, who=who, action="x", subject="s", outcome="204", why="w")
        await people.write_audit(entry)
    newest = await people.audit(0, 2)
    assert [entry.at_us - NOON_US for entry in newest] == [2, 1]
    assert [entry.at_us - NOON_US for entry in await people.audit(newest[-1].entry_id, 2)] == [0]
    assert [entry.who for entry in await people.audit(0, 9, "root")] == ["root", "root"]


def claim(key: str, at_us: int = NOON_US, who: str = "crm") -> KeptAnswer:
    return KeptAnswer(who=who, key=key, request_hash="asked", at_us=at_us)


async def claimed(
    people: PeopleStore, asked: KeptAnswer, since_us: int = 0, count_max: int = 10, pending_since_us: int = 0
) -> KeptAnswer | None:
    return await people.claim_answer(asked, since_us, pending_since_us, count_max)


async def test_an_answer_is_kept_for_who_asks_again(people: PeopleStore) -> None:
    assert await claimed(people, claim("a")) is None
    assert await claimed(people, claim("a")) == claim("a")
    answer = replace(claim("a"), status=201, body=b'{"id":1}', location="/x/1")
    await people.keep_answer(answer)
    assert await claimed(people, claim("a", NOON_US + 5)) == answer
    assert await claimed(people, claim("a", who="another")) is None


async def test_a_claim_that_came_to_nothing_can_be_made_again(people: PeopleStore) -> None:
    await claimed(people, claim("a"))
    await people.drop_claim("crm", "a")
    assert await claimed(people, claim("a")) is None


async def test_a_claim_that_was_never_answered_is_given_up(people: PeopleStore) -> None:
    answer = replace(claim("b"), status=201)
    for key in ("a", "b"):
        await claimed(people, claim(key))
    await people.keep_answer(answer)
    later_us = NOON_US + 60
    assert await claimed(people, claim("a", later_us), pending_since_us=later_us) is None
    assert await claimed(people, claim("b", later_us), pending_since_us=later_us) == answer


async def test_kept_answers_expire_and_are_bounded(people: PeopleStore) -> None:
    for number in range(4):
        await claimed(people, claim(f"k{number}", NOON_US + number), 0, 3)
    assert await claimed(people, claim("k1", NOON_US + 9), 0, 3) == claim("k1", NOON_US + 1)
    assert await claimed(people, claim("k0", NOON_US + 9), 0, 3) is None  # the oldest was forgotten
    assert await claimed(people, claim("k3", NOON_US + 99), NOON_US + 50, 3) is None


async def test_of_two_who_ask_at_once_one_claims(people: PeopleStore) -> None:
    both = await asyncio.gather(*(claimed(people, claim("a")) for _ in range(2)))
    assert sorted(kept is None for kept in both) == [False, True]
