"""A tier is earned by revenue, and a little sooner by loyalty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.segmentation import Facts, ScoringSettings, facts_of, tier_of

SETTINGS = ScoringSettings()
TIERS = [rule.tier for rule in SETTINGS.rules]


@pytest.mark.parametrize(
    ("revenue_cents", "years", "tier"),
    [
        (10_000_000, 0, "platinum"),
        (9_999_999, 0, "gold"),
        (8_000_000, 9, "gold"),
        (8_000_000, 10, "platinum"),
        (2_499_999, 0, "silver"),
        (0, 40, "standard"),
        (-1, 0, None),
        (None, 40, None),
    ],
)
def test_a_tier_follows_from_revenue_and_years(
    revenue_cents: int | None, years: int, tier: str | None
) -> None:
    assert tier_of(Facts(revenue_cents=revenue_cents, years=years), SETTINGS) == tier


REVENUE = st.integers(min_value=0, max_value=20_000_000)
YEARS = st.integers(min_value=0, max_value=60)


@given(REVENUE, REVENUE, YEARS, YEARS)
def test_more_revenue_or_more_years_never_lower_a_tier(
    revenue: int, more_revenue: int, years: int, more_years: int
) -> None:
    before = tier_of(Facts(revenue_cents=revenue, years=years), SETTINGS)
    after = tier_of(Facts(revenue_cents=revenue + more_revenue, years=years + more_years), SETTINGS)
    assert before is not None
    assert after is not None
    assert TIERS.index(after) <= TIERS.index(before)


@pytest.mark.parametrize(
    ("text", "cents"),
    [("1,234.56", 123_456), ("0", 0), ("", None), ("n/a", None), ("nan", None), ("Infinity", None)],
)
def test_revenue_is_read_from_its_attribute_where_it_is_a_number(text: str, cents: int | None) -> None:
    assert facts_of({"annual_revenue": text}, SETTINGS) == Facts(revenue_cents=cents, years=0)
