"""A number is one text, however a network, a phone or a person writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.phones import e164, is_assignable


@pytest.mark.parametrize(
    ("number", "region", "normal"),
    [
        ("+12025550123", "US", "+12025550123"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("12025550123", "US", "+12025550123"),
        ("+1 202 555 0123 ext. 5", "US", "+12025550123"),
        ("030 901820", "DE", "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("13912345678", "CN", "+8613912345678"),
        ("sip:+12025550123@trunk.example", "US", "+12025550123"),
        ("12025550123 or 12025550124", "US", ""),
        ("anonymous", "US", ""),
        ("Restricted", "US", ""),
        ("<unknown>", "US", ""),
        ("", "US", ""),
        ("1001", "US", ""),
        ("9" * 100, "US", ""),
    ],
)
def test_a_number_has_one_normal_form(number: str, region: str, normal: str) -> None:
    assert e164(number, region) == normal


@given(st.text(max_size=80))
def test_whatever_a_caller_sends_gives_a_number_or_nothing(text: str) -> None:
    normal = e164(text, "US")
    assert normal == "" or (normal[0] == "+" and normal[1:].isdigit() and len(normal) <= 16)
    assert e164(normal, "DE") in (normal, "")


@pytest.mark.parametrize(("number", "exists"), [("+12025550123", True), ("+15551230001", False), ("", False)])
def test_a_number_outside_every_range_of_its_country_is_told(number: str, exists: bool) -> None:
    assert is_assignable(number) is exists
