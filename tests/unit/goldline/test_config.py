"""The configuration file: every mistake is named with its key, what stood there and what is allowed."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from core.kernel.errors import ConfigError
from goldline.config import load_config, parse_config

LEAST: dict[str, Any] = {
    "queues": {"sales": {"requirements": {"sales": 1}}},
    "ivr": {"flows": ["menu.toml"], "default": "menu"},
}
SECRET = "hunter2"


def with_value(path: str, value: object) -> dict[str, Any]:
    """Return the least configuration with `value` at the dotted `path`."""
    tables = deepcopy(LEAST)
    *sections, key = path.split(".")
    table = tables
    for section in sections:
        table = table.setdefault(section, {})
    table[key] = value
    return tables


def refusal(tables: dict[str, Any]) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        parse_config(tables, "centre.toml")
    return refused.value


def test_little_must_be_said() -> None:
    config = parse_config(LEAST, "centre.toml")
    assert config.pbx.port == 5038
    assert config.queues["sales"].requirements == {"sales": 1}
    assert config.crm.lookup_deadline_s == 0.2


@pytest.mark.parametrize(
    ("path", "found", "allowed"),
    [
        ("pbx.port", 0, "a whole number from 1 to 65 535"),
        ("pbx.port", 65_536, "a whole number from 1 to 65 535"),
        ("queues.sales.ring_timeout_s", 1, "a number from 2 to 120"),
        ("queues.sales.wrap_up_limit_s", -1, "a number from 0 to 86 400"),
        ("queues.sales.requirements.sales", 11, "a whole number from 1 to 10"),
        ("crm.lookup_deadline_s", 11, "a number above 0 and at most 10"),
        ("crm.region", "Netherlands", "a country's two letters, such as US or GB"),
        ("crm.region", "XX", "a country's two letters, such as US or GB"),
        ("tiers.gold.head_start_s", "soon", "a number from 0 to 86 400"),
        ("schema", 2, "1"),
    ],
)
def test_value_out_of_range_is_named_with_the_range(path: str, found: object, allowed: str) -> None:
    message = str(refusal(with_value(path, found)))
    assert message.startswith(f"centre.toml: {path}: found {found!r}; ")
    assert allowed in message


@pytest.mark.parametrize("path", ["pbx.prot", "colour", "queues.sales.ring_timeout", "agents.ann.skils"])
def test_unknown_key_is_named(path: str) -> None:
    error = refusal(with_value(path, {}))
    assert (error.where, error.found) == (f"centre.toml: {path}", "an unknown key")


def test_missing_section_is_named() -> None:
    error = refusal({"queues": LEAST["queues"]})
    assert (error.where, error.found) == ("centre.toml: ivr", "nothing")


def test_default_tier_must_be_one_of_the_tiers() -> None:
    tables = with_value("tiers.gold", {}) | {"rules": {"default_tier": "vip"}}
    message = str(refusal(tables))
    assert "rules.default_tier: found 'vip'" in message
    assert "gold" in message


def test_frame_of_the_crm_needs_one_host() -> None:
    tables = with_value("web.crm_frame", True)
    assert "web.pop_url: found ''" in str(refusal(tables))
    tables["web"]["pop_url"] = "https://{tier}.crm.example/{number}"
    assert "web.pop_url: found 'https://{tier}.crm.example/{number}'" in str(refusal(tables))
    tables["web"]["pop_url"] = "https://crm.example/{number}"
    assert parse_config(tables, "centre.toml").web.crm_frame


@pytest.mark.parametrize("key", ["pbx.secret", "agi.token", "desk.token", "crm.url"])
def test_secret_is_neither_shown_nor_told_in_an_error(key: str) -> None:
    value = f"sqlite:///{SECRET}" if key == "crm.url" else SECRET
    config = parse_config(with_value(key, value), "centre.toml")
    assert SECRET not in repr(config)
    section, name = key.split(".")
    assert getattr(getattr(config, section), name).get_secret_value() == value
    error = refusal(with_value(key, [SECRET]))
    assert (error.where, error.found) == (f"centre.toml: {key}", "***")


def test_only_databases_that_we_speak_to_are_taken() -> None:
    error = refusal(with_value("crm.url", f"mysql://x:{SECRET}@h/db"))
    assert (error.where, error.found) == ("centre.toml: crm.url", "***")
    assert "postgresql://NAME:PASSWORD@HOST/DATABASE" in str(error)


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", 5])
def test_day_that_is_none_is_told_with_one_that_is(day: object) -> None:
    sales = {"queue": "billing", "goal": {"until": day}}
    assert "a day such as 2026-12-31" in str(refusal(with_value("campaigns.sales", sales)))


@pytest.mark.parametrize(
    "mistake",
    [
        {"ivr": None},
        {"rules": {"default_tier": "vip"}, "tiers": {"gold": {}}},
        {"pbx": {"secert": SECRET}},
        {"pbx": [SECRET]},
    ],
    ids=["section missing", "whole file wrong", "key misspelt", "section no table"],
)
def test_error_elsewhere_does_not_tell_a_secret_either(mistake: dict[str, Any]) -> None:
    tables = with_value("desk.token", SECRET) | mistake
    error = refusal({name: table for name, table in tables.items() if table is not None})
    told = f"{error} {error!r} {error.found} {error.__cause__}"
    assert SECRET not in told


@pytest.mark.parametrize(
    ("text", "found"),
    [("pbx =\nport = 1", "at line 1"), ("[pbx]\n[pbx]\n", "declare")],
    ids=["syntax", "table twice"],
)
def test_file_that_is_no_toml(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "centre.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_config(path)
    assert refused.value.where == str(path)
    assert found in str(refused.value.found)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_config(tmp_path / "nowhere.toml")
