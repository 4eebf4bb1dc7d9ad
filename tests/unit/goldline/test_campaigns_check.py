"""The laws of campaigns in a configuration: those that hold for nobody are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from goldline.campaigns_check import check_campaigns
from goldline.config import parse_config
from ivr.loader import load_flow

EXAMPLE = Path(__file__).parents[3] / "examples" / "campaign" / "sorry.toml"


def said(region: str = "US", **campaign: Any) -> list[tuple[str, str]]:
    """Return where the warnings about one campaign stand, and what each is about."""
    tables = {
        "schema": 1,
        "crm": {"region": region},
        "queues": {"sales": {}},
        "campaigns": {"spring": {"queue": "sales", "safe_harbour": "sorry", **campaign}},
        "ivr": {"flows": ["sorry.toml"], "default": "sorry"},
    }
    flows = {"sorry": load_flow(EXAMPLE)}
    return [(each.where, each.what) for each in check_campaigns(parse_config(tables, "centre.toml"), flows)]


def test_a_campaign_whose_laws_hold_for_no_number_of_its_country_is_told() -> None:
    [(where, what)] = said("GB", laws=["us-ftc", "us-fcc"])
    assert where.endswith("campaigns.spring.laws")
    assert "no law holds for numbers of GB" in what
    assert said("US", country="GB", laws=["us-ftc"]) != []
    assert said("US", laws=[]) != []


def test_a_campaign_under_the_law_of_its_country_is_not() -> None:
    assert said("US", laws=["us-ftc", "us-fcc"]) == []
    assert said("PR", laws=["us-ftc"]) == []
    assert said("GB") == []


def test_holidays_that_a_law_asks_for_and_nobody_named_are_told() -> None:
    [(where, what)] = said("FR", laws=["fr"])
    assert where.endswith("campaigns.spring.holidays")
    assert "fr-hours forbids calls on holidays" in what
    assert said("FR", laws=["fr"], holidays={"FR": ["2026-12-25"]}) == []
    assert said("FR", laws=["fr"], holidays={"US": ["2026-12-25"]}) != []


def test_the_key_to_opt_out_that_a_law_asks_for_is_looked_for_by_its_name() -> None:
    assert said("US", laws=["us-fcc"]) == []
    [(where, what)] = said("US", laws=["us-fcc"], opt_out="never_again")
    assert where.endswith("campaigns.spring.safe_harbour")
    assert "us-fcc-message asks for a key to opt out" in what
    assert said("US", laws=["us-ftc"], opt_out="never_again") == []
    assert said("US", opt_out="never_again") != []
