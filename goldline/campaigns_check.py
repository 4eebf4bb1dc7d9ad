"""What is well formed of campaigns and cannot be meant: laws for nobody, holidays that nobody named."""

from __future__ import annotations

from collections.abc import Iterator

from dialer.law import CallingHours
from goldline.config import Config
from goldline.config_campaigns import CampaignSection
from goldline.own_packs import law_under
from routing.checks.finding import Finding, warning


def check_campaigns(config: Config) -> list[Finding]:
    """Return the warnings about the laws of campaigns, each for the country that its lists are of."""
    return [
        finding
        for name, campaign in config.campaigns.items()
        for finding in _about_laws(name, campaign, campaign.country or config.crm.region, config)
    ]


def _about_laws(name: str, campaign: CampaignSection, country: str, config: Config) -> Iterator[Finding]:
    where = ["campaigns", name]
    law = law_under(campaign.laws, config.packs, f"campaigns.{name}")
    if not any(pack.covers(country) for pack in law.packs):
        yield warning(
            [*where, "laws"],
            f"no law holds for numbers of {country}: nothing is asked before they are called",
            'name one that does, or "house"',
        )
    quiet = [rule.id for rule in law.rules(CallingHours, country) if rule.holidays == "none"]
    if quiet and not campaign.holidays.get(country):
        days = f'holidays = {{ {country} = ["2026-12-25"] }}'
        yield warning(
            [*where, "holidays"], f"{quiet[0]} forbids calls on holidays, and none are named", f"say {days}"
        )
