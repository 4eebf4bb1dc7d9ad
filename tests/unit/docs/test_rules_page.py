"""The page about rules shows rules that are sound, and tables that are those of the types."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from core.model.expression import parse
from goldline.check import check_file
from scripts.describe_rules import PAGE
from scripts.key_tables import MARK

TEXT = PAGE.path.read_text("utf-8")
EXAMPLE = Path(__file__).parents[3] / "examples" / "rules"
AROUND = """
[queues.sales]
[ivr]
flows = ["{0}/menu.toml", "{0}/voicemail.toml"]
default = "menu"
[queues.accounts]
"""


def test_example_is_sound(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "goldline.toml"
    path.write_text(example + AROUND.format(EXAMPLE))
    assert check_file(path).warnings == []


def test_tables_are_those_of_the_types() -> None:
    assert TEXT.partition(MARK)[2] == PAGE.tables()


@pytest.mark.parametrize("written", ["billing", "$language >= 2", "wait < 60", "attribute.debt > 500"])
def test_expressions_of_the_page_can_be_read(written: str) -> None:
    assert f"`{written}`" in TEXT
    parse(written)


def test_every_kind_of_rule_stands_in_the_example() -> None:
    shown = tomllib.loads((EXAMPLE / "rules.toml").read_text("utf-8"))
    keys = {key for queue in shown["queues"].values() for key in queue}
    step_keys = {key for queue in shown["queues"].values() for step in queue.get("steps", ()) for key in step}
    assert {
        "require",
        "requirements",
        "agent",
        "hours",
        "join",
        "leave_empty_s",
        "callback",
        "compare",
    } <= keys
    assert {"require", "when", "boost_s", "for_s", "to"} <= step_keys
    assert {"reserve", "prefer_s", "head_start_s"} <= {
        key for tier in shown["tiers"].values() for key in tier
    }
