"""What Goldline writes for a user's Asterisk, read as text; a real Asterisk loads it in tests/integration."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.kernel.errors import ConfigError
from cti.asterisk.dialplan import (
    EXTENSIONS_FILE,
    INCLUDES_FILE,
    MANAGER_FILE,
    DialplanSettings,
    dialplan_files,
    new_secret,
)

TOKEN = "token-of-the-engine-0123"
SECRET = "secret-of-the-account-01"


def settings(**changes: Any) -> DialplanSettings:
    return DialplanSettings(**({"agi_token": TOKEN, "manager_secret": SECRET} | changes))


def test_callers_are_handed_to_the_engine_with_the_token_in_the_path() -> None:
    text = dialplan_files(settings(agi_host="10.0.0.5", agi_port=4500))[EXTENSIONS_FILE]
    told = "${GOLDLINE_ARRIVED},${GOLDLINE_TAG},${GOLDLINE_ANSWERER}"
    assert f"AGI(agi://10.0.0.5:4500/{TOKEN}/caller,{told})" in text


def test_a_leg_sent_to_join_another_beeps_joins_and_asks_for_the_engine_again() -> None:
    text = dialplan_files(settings())[EXTENSIONS_FILE]
    callers = text.partition("[goldline-caller]")[2].partition("[goldline-agent]")[0]
    steps = callers.partition("n(join),")[2].splitlines()
    assert steps[0] == "TryExec(Playtones(!880/60))"
    assert steps[1:5] == [
        " same => n,Bridge(${GOLDLINE_PEER},${IF($[${LEN(${GOLDLINE_SPARES})}]?:x)})",
        " same => n,Set(GOLDLINE_SPARES=)",
        " same => n,Set(GOLDLINE_PEER=)",
        " same => n,Goto(engine)",
    ]


def test_nothing_a_caller_chooses_is_used_unfiltered() -> None:
    text = dialplan_files(settings())[EXTENSIONS_FILE]
    chosen = re.findall(r"\$\{(?:EXTEN|FROM_DID|CALLERID\(\w+\))\}", text)
    filtered = re.findall(r"FILTER\([^,]+,\$\{(?:EXTEN|FROM_DID|CALLERID\(\w+\))\}\)", text)
    assert len(chosen) == len(filtered) > 0


def test_every_context_bears_the_name_that_was_asked_for() -> None:
    names = {
        "inbound_context": "in",
        "caller_context": "held",
        "agent_context": "desks",
        "transfer_context": "away",
    }
    text = dialplan_files(settings(**names, onward_context="internal"))[EXTENSIONS_FILE]
    assert re.findall(r"^\[(.*)\]$", text, re.MULTILINE) == list(names.values())
    assert "Goto(internal,${FILTER(0-9+*#,${EXTEN})},1)" in text


def test_the_account_may_neither_run_commands_nor_change_the_configuration() -> None:
    text = dialplan_files(settings(manager_name="centre"))[MANAGER_FILE]
    assert "[centre]\n" in text
    (granted,) = re.findall(r"^write = (.*)$", text, re.MULTILINE)
    assert {"all", "system", "command", "config", "agi"}.isdisjoint(granted.split(","))


def test_phones_have_an_account_of_their_own_that_cannot_originate_and_only_where_it_is_wanted() -> None:
    assert "[goldline-phones]" not in dialplan_files(settings())[MANAGER_FILE]
    text = dialplan_files(settings(phones_secret="secret-of-the-phones-1"))[MANAGER_FILE]
    account = text.partition("[goldline-phones]\n")[2]
    assert "write = call,system\n" in account
    assert "permit = 127.0.0.1/255.255.255.255" in account
    assert "read" not in account


def test_the_account_is_open_to_this_machine_only() -> None:
    text = dialplan_files(settings())[MANAGER_FILE]
    assert text.index("deny = 0.0.0.0/0.0.0.0") < text.index("permit = 127.0.0.1/255.255.255.255")


def test_both_files_are_included_by_one_line_each() -> None:
    files = dialplan_files(settings())
    for name in (EXTENSIONS_FILE, MANAGER_FILE):
        assert f"\n#tryinclude {name}\n" in files[INCLUDES_FILE]


def test_secrets_stand_where_asterisk_reads_them_and_nowhere_else() -> None:
    files = dialplan_files(settings())
    assert f"secret = {SECRET}\n" in files[MANAGER_FILE]
    assert SECRET not in files[EXTENSIONS_FILE] + files[INCLUDES_FILE] + repr(settings())
    assert TOKEN not in files[MANAGER_FILE] + files[INCLUDES_FILE] + repr(settings())


@pytest.mark.parametrize("bad", ["\r", "\n", "\0", "[", "]", ";", ",", ")", " ", "${X}", ""])
@pytest.mark.parametrize(
    "field",
    ["agi_host", "agi_token", "inbound_context", "onward_context", "music", "manager_name", "manager_secret"],
)
def test_a_value_that_would_end_its_line_or_section_is_refused(field: str, bad: str) -> None:
    good = getattr(settings(), field)
    with pytest.raises(ConfigError) as refused:
        settings(**{field: good + bad if bad else ""})
    assert refused.value.where == field


@pytest.mark.parametrize("secret", ["agi_token", "manager_secret"])
def test_a_refused_secret_is_not_told(secret: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings(**{secret: "hunter2;"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("port", [0, 65_536, -1])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(ConfigError):
        settings(agi_port=port)


def test_a_new_secret_is_fit_for_both_uses_and_never_the_same() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert settings(agi_token=first, manager_secret=second)
