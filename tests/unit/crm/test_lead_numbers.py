"""A number read by its area is the number that a parser would have found, in every country's plan."""

from __future__ import annotations

from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType, timezone

from core.kernel.errors import ConfigError
from core.model.lead import LeadNumber
from crm.leads.area_regions import REGIONS, regions_of
from crm.leads.numbers import NumberReader
from crm.leads.tails import TAIL_MAX, branches, free_tail, width
from crm.phones import e164, is_assignable, what_is_wrong

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.UAN,
    PhoneNumberType.PREMIUM_RATE,
)
FORMS = (PhoneNumberFormat.E164, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
NEIGHBOURS = 6


def parsed(text: str, country: str) -> LeadNumber | None:
    """Return what the long way finds, with no memory of any other number."""
    number = e164(text, country)
    if not number or not is_assignable(number):
        return None
    found = phonenumbers.parse(number)
    zones = tuple(timezone.time_zones_for_number(found))
    return LeadNumber(
        number=number,
        country=phonenumbers.region_code_for_number(found) or "",
        zones=() if zones == (timezone.UNKNOWN_TIMEZONE,) else zones,
        regions=regions_of(number),
    )


def neighbours(country: str, draw: Random) -> list[str]:
    """Return numbers around the country's examples, in the ways people write them, some of them wrong."""
    written = []
    for kind in KINDS:
        example = phonenumbers.example_number_for_type(country, kind)
        if example is None:
            continue
        for form in FORMS:
            text = phonenumbers.format_number(example, form)
            digits = [place for place, sign in enumerate(text) if sign.isdigit()]
            for _ in range(NEIGHBOURS):
                signs = list(text)
                for place in digits[-TAIL_MAX:]:
                    signs[place] = str(draw.randrange(10))
                signs[draw.choice(digits[-9:])] = str(draw.randrange(10))
                written.append("".join(signs))
    return written


@pytest.mark.slow
@given(st.sampled_from(COUNTRIES), st.randoms(use_true_random=False))
def test_the_area_of_a_number_tells_as_much_as_its_digits(country: str, draw: Random) -> None:
    reader = NumberReader(country)
    for text in neighbours(country, draw):
        assert reader.read(text) == parsed(text, country), text


def test_a_number_that_is_read_as_another_is_none() -> None:
    assert NumberReader("RS").read("+381001230000") is None
    assert not is_assignable("+38101230000")


def test_the_numbers_of_an_area_are_parsed_once() -> None:
    reader = NumberReader("US")
    found = [reader.read(f"212555{last:04d}") for last in range(1_000)]
    assert [number.number for number in found if number] == [f"+1212555{last:04d}" for last in range(1_000)]
    assert (reader.read_count, reader.looked_up) == (1_000, 1)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("2125550123", "+12125550123"),
        ("07400 123456", "+447400123456"),
        ("138 1234 5678", "+8613812345678"),
        ("06 12 34 56 78", "+33612345678"),
    ],
)
def test_where_people_are_called_most_an_area_is_ten_thousand_numbers(written: str, number: str) -> None:
    code = phonenumbers.parse(number).country_code
    assert code is not None
    region = phonenumbers.region_code_for_country_code(code)
    assert free_tail(region, code, written.replace(" ", ""), number) == TAIL_MAX


@pytest.mark.parametrize("text", ["", "12", "anonymous", "9" * 70, "+999123456789", "1 800"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert NumberReader("US").read(text) is None


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("01711234567.0", "DE", "+491711234567"),  # a spreadsheet's fraction, not a digit more
        ("2125550116 x12", "US", "+12125550116"),
        ("212-555-0118;ext=9", "US", "+12125550118"),
        ("Tel. 030 1234567", "DE", "+49301234567"),
        ("1-800-FLOWERS", "US", "+18003569377"),
    ],
)
def test_what_programs_and_people_add_to_a_number_makes_it_no_other(
    text: str, country: str, number: str
) -> None:
    found = NumberReader(country).read(text)
    assert found is not None
    assert found.number == number


@pytest.mark.parametrize(
    ("text", "country", "said"),
    [
        ("030 12345 u. 12346", "DE", "one number in a cell"),
        ("030 12345, 12346", "DE", "one number in a cell"),
        ("2125550124;2125550125", "US", "one number in a cell"),
        ("2125550126 2125550127", "US", "one number in a cell"),
        ("010 12345678转123", "CN", "one number in a cell"),
        ("4.91712E+11", "DE", "a spreadsheet rounded this one"),
        ("4,9E+11", "DE", "a spreadsheet rounded this one"),
        ("5550116 x12", "US", "a number that exists"),
        ("n/a", "US", "a number that exists"),
    ],
)
def test_digits_of_two_numbers_never_make_a_third(text: str, country: str, said: str) -> None:
    assert NumberReader(country).read(text) is None
    assert said in what_is_wrong(text)


def test_a_country_without_telephones_is_refused() -> None:
    with pytest.raises(ConfigError, match="'XX'; two letters of a country"):
        NumberReader("XX")


def test_a_number_knows_all_the_zones_and_states_it_may_lie_in() -> None:
    reader = NumberReader("US")
    miami, british = reader.read("305-555-0123"), reader.read("+44 7400 123456", "mobile")
    assert miami is not None
    assert (miami.country, miami.zones, miami.regions) == ("US", ("America/New_York",), ("US-FL",))
    assert british is not None
    assert (british.kind, british.country, british.regions) == ("mobile", "GB", ())
    assert "Europe/London" in british.zones


def test_an_area_code_of_several_provinces_is_under_all_of_them() -> None:
    assert regions_of("+19025550123") == ("CA-NS", "CA-PE")
    assert regions_of("+442079460018") == ()
    assert {"US-NY", "US-DC", "CA-QC"} <= REGIONS


@pytest.mark.parametrize(
    ("pattern", "ways", "greatest"),
    [
        (r"(?:1|2[3-5])\d{6}", 1, 8),
        (r"8001111|90\d{2,4}", 2, 7),
        (r"[2-9](?:\d{3}(?:\d{2})?)?", 1, 6),
        (r"[()|]\d", 1, 2),
    ],
)
def test_patterns_are_parted_and_measured(pattern: str, ways: int, greatest: int) -> None:
    assert (len(branches(pattern)), width(pattern)) == (ways, greatest)
