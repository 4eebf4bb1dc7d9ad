"""The page about the law shows every shipped rule as the packs have it, and how far it may be trusted."""

from __future__ import annotations

from dialer.law import Rule
from dialer.law_words import asks
from dialer.packs import law_of, shipped
from scripts.describe_law import PAGE
from scripts.key_tables import MARK

TEXT = PAGE.path.read_text("utf-8")


def test_tables_are_those_of_the_packs() -> None:
    assert TEXT.partition(MARK)[2] == PAGE.tables()


def test_every_rule_stands_there_with_what_it_asks_and_its_source() -> None:
    for rule in law_of(shipped()).rules(Rule):
        assert f"| `{rule.id}` |" in TEXT
        assert asks(rule) in TEXT
        assert rule.source in TEXT


def test_the_page_says_that_it_is_no_lawyer() -> None:
    assert "no substitute" in TEXT
    assert not any(rule.checked for rule in law_of(shipped()).rules(Rule))
