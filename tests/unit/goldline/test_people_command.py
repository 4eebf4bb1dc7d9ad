"""`goldline people` as it is typed: the first administrator, keys of programs, passwords from a pipe."""

from __future__ import annotations

import asyncio
import io
import shutil
from pathlib import Path

import pytest

from crm.people import SqlPeopleStore
from goldline.config import load_config
from goldline.demo import FOLDER
from goldline.stores import open_database
from tests.unit.goldline.test_command_line import Run, goldline
from web.gate.passwords import password_matches
from web.gate.tokens import hash_of

__all__ = ["goldline"]  # the fixture

PASSWORD = "correct horse battery"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    starter = FOLDER.parent / "starter"
    for name in ("goldline.toml", "welcome.toml"):
        shutil.copy(starter / name, tmp_path / name)
    return tmp_path / "goldline.toml"


@pytest.fixture
def type_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


def kept(config: Path, login: str) -> tuple[str, tuple[str, ...], bool]:
    """Return the password's hash, the roles and whether the person is disabled."""

    async def read() -> tuple[str, tuple[str, ...], bool]:
        async with open_database(load_config(config)) as database:
            person = await SqlPeopleStore(database).person(login)
        assert person is not None
        return person.password_hash, person.roles, person.disabled

    return asyncio.run(read())


@pytest.mark.usefixtures("type_password")
def test_the_first_administrator_is_made_here(goldline: Run, config: Path) -> None:
    done = goldline("people", "add", "root", "--role", "administrator", "-c", config)
    assert done == (0, "root may sign in as administrator\n", "")
    password_hash, roles, disabled = kept(config, "root")
    assert password_matches(PASSWORD, password_hash)
    assert (roles, disabled) == (("administrator",), False)


@pytest.mark.usefixtures("type_password")
def test_a_login_is_given_once(goldline: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goldline("people", "add", "anna", "--role", "agent", "--agent", "anna", "-c", config)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    again = goldline("people", "add", "anna", "--role", "agent", "-c", config)
    assert again.status == 2
    assert "somebody has this login already" in again.err


@pytest.mark.parametrize(("login", "typed"), [("anna", "short\n"), ("Anna Bell", f"{PASSWORD}\n")])
def test_what_cannot_be_is_one_line_and_status_2(
    goldline: Run, config: Path, monkeypatch: pytest.MonkeyPatch, login: str, typed: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    done = goldline("people", "add", login, "--role", "agent", "-c", config)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)


@pytest.mark.usefixtures("type_password")
def test_people_are_disabled_enabled_and_given_passwords(
    goldline: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goldline("people", "add", "anna", "--role", "agent", "-c", config)
    assert goldline("people", "disable", "anna", "-c", config).status == 0
    assert kept(config, "anna")[2]
    assert "disabled" in goldline("people", "list", "-c", config).out
    assert goldline("people", "enable", "anna", "-c", config).status == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("another long one\n"))
    assert goldline("people", "password", "anna", "-c", config).status == 0
    password_hash, _, disabled = kept(config, "anna")
    assert password_matches("another long one", password_hash)
    assert not disabled
    assert goldline("people", "disable", "nobody", "-c", config).status == 2


def test_a_key_is_printed_once_and_kept_as_its_hash(goldline: Run, config: Path) -> None:
    made = goldline("people", "key", "crm", "--scope", "read_only", "--days", "30", "-c", config)
    secret = made.out.strip()
    assert secret.startswith("glk_")
    key_id = made.err.split()[1]
    listed = goldline("people", "list", "-c", config).out
    assert f"key {key_id}\tcrm\tread_only" in listed
    assert secret not in listed

    async def scopes() -> tuple[str, ...]:
        async with open_database(load_config(config)) as database:
            key = await SqlPeopleStore(database).key(hash_of(secret))
        assert key is not None
        return key.scopes

    assert asyncio.run(scopes()) == ("read_only",)
    assert goldline("people", "revoke", key_id, "-c", config).status == 0
    assert goldline("people", "revoke", key_id, "-c", config).status == 2


@pytest.mark.usefixtures("type_password")
def test_a_desk_is_one_of_an_agent_there_is(goldline: Run, config: Path) -> None:
    done = goldline("people", "add", "bob", "--role", "agent", "--agent", "bob", "-c", config)
    assert done == (2, "", "goldline: configuration: --agent: found 'bob'; one of the agents: anna, bram\n")
    assert goldline("people", "list", "-c", config).out == ""


def test_a_key_that_outlives_everybody_is_refused_with_the_range(goldline: Run, config: Path) -> None:
    status, out, err = goldline(
        "people", "key", "crm", "--scope", "agent", "--days", "1000000000", "-c", config
    )
    assert (status, out) == (2, "")
    assert "36500" in err
