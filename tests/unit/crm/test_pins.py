"""A PIN is proved without being kept."""

from __future__ import annotations

from crm.pins import hash_pin, pin_matches
from crm.records import AccountRecord


def test_only_the_right_pin_matches() -> None:
    kept = hash_pin("2468")
    assert pin_matches("2468", kept)
    assert not pin_matches("2469", kept)
    assert not pin_matches("", kept)


def test_no_pin_matches_an_account_that_has_none() -> None:
    assert not pin_matches("", "")
    assert not pin_matches("0000", "")


def test_equal_pins_are_kept_differently() -> None:
    assert hash_pin("2468") != hash_pin("2468")


def test_a_record_never_shows_its_hash() -> None:
    kept = hash_pin("2468")
    assert kept not in repr(AccountRecord(number="700123", pin_hash=kept))
