"""`goldline call` and `goldline draw`: a flow from the terminal, as its author tries it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.flow import mentions
from ivr.loader import load_flow
from ivr.nodes import NodeName
from tests.unit.goldline.test_command_line import Run, goldline

__all__ = ["goldline"]

ROOT = Path(__file__).parents[3]
BANK = ROOT / "examples" / "flows" / "bank.toml"
OFFICE_HOURS = ("--at", "2026-11-23T10:00+08:00")
CUSTOMERS = """external_id,name,phone,tier,language,account_number,pin,balance
K-1,Ann,+12025550123,gold,en,123456,2468,12.50
"""
CONFIG = """
schema = 1
[crm]
url = "sqlite:///records.sqlite3"
region = "US"
[tiers.gold]
[tiers.standard]
[queues.service]
[queues.cards]
[ivr]
flows = ["bank.toml"]
default = "bank"
"""


Types = Callable[..., None]


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Types:
    """Return a way to say what the caller types, a line each; then the caller hangs up."""

    def type_lines(*lines: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return type_lines


def nodes_of(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line and not line.startswith(" ")]


def test_a_caller_is_led_where_the_keys_say(goldline: Run, types: Types) -> None:
    types("1", "0")
    called = goldline("call", BANK, *OFFICE_HOURS)
    assert called.status == 0
    assert nodes_of(called.out)[-4:] == ["needs", "main", "agent", "service"]
    assert "(1 2 0, nothing for silence" in called.out
    assert called.out.rstrip().endswith("stands in line for service")


def test_queues_are_as_busy_as_one_says(goldline: Run, types: Types) -> None:
    types("1", "0")
    called = goldline("call", BANK, *OFFICE_HOURS, "--waiting", "50")
    assert nodes_of(called.out)[-2:] == ["busy", "service"]


def test_out_of_hours_a_message_is_taken(goldline: Run, types: Types) -> None:
    types("2", "12")
    called = goldline("call", BANK, "--at", "2026-11-22T10:00+08:00")
    assert nodes_of(called.out)[-3:] == ["closed", "message", "voicemail"]
    assert "hears vm-msgsaved" in called.out
    assert called.out.rstrip().endswith("hung up")


def test_customers_of_the_configuration_are_known_by_number_account_and_pin(
    goldline: Run,
    tmp_path: Path,
    types: Types,
) -> None:
    (tmp_path / "goldline.toml").write_text(CONFIG)
    (tmp_path / "bank.toml").write_text(BANK.read_text("utf-8"), "utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    assert goldline("crm", "import", "customers.csv").err == ""
    types("1", "123456", "1111", "123456", "2468")
    called = goldline("call", BANK, *OFFICE_HOURS, "-c", "goldline.toml")
    assert "is Ann, gold" in called.out
    nodes = nodes_of(called.out)
    assert "language" not in nodes, "who is known is not asked"
    assert nodes[nodes.index("proof") :] == [
        "proof",
        "not-recognised",
        "account",
        "pin",
        "proof",
        "balance",
        "main",
    ]
    assert "the number 12" in called.out
    assert called.out.rstrip().endswith("hangs up")


def test_an_instant_that_is_none_is_refused(goldline: Run) -> None:
    refused = goldline("call", BANK, "--at", "monday")
    assert (refused.status, refused.out) == (2, "")
    assert "an instant such as 2026-11-23T09:00-05:00" in refused.err


def test_a_broken_flow_is_refused_before_anybody_calls(goldline: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text(
        BANK.read_text("utf-8").replace('next = "who"', 'next = "whom"'), "utf-8"
    )
    for command in ("call", "draw"):
        refused = goldline(command, "broken.toml")
        assert (refused.status, refused.out) == (2, "")
        assert "nodes.answer.next" in refused.err


def test_every_node_and_every_way_is_drawn(goldline: Run) -> None:
    chart = goldline("draw", BANK).out
    flow = load_flow(BANK)
    for name in flow.nodes:
        assert f'"{name}' in chart
    ways = [way for node in flow.nodes.values() for way in mentions(node, NodeName)]
    assert chart.count("-->") == len(ways) > 30
    assert '-->|"exhausted"|' in chart
    assert '-->|"zh"|' in chart
