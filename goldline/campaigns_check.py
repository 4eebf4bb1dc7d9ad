"""What is well formed of campaigns and cannot be meant: laws for nobody, no holidays, no key to opt out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dialer.law import CallingHours, Law, SafeHarbourMessage
from goldline.config import Config
from goldline.config_campaigns import CampaignSection
from goldline.own_packs import law_under
from ivr.flow import Flow
from ivr.nodes import Menu
from routing.checks.finding import Finding, warning


def check_campaigns(config: Config, flows: Mapping[str, Flow]) -> list[Finding]:
    """Return the warnings about the laws of campaigns, each for the country that its lists are of."""
    return [
        finding
        for name, campaign in config.campaigns.items()
        for finding in _about_campaign(name, campaign, config, flows)
    ]


def _about_campaign(
    name: str, campaign: CampaignSection, config: Config, flows: Mapping[str, Flow]
) -> Iterator[Finding]:
    where = ["campaigns", name]
    country = campaign.country or config.crm.region
    law = law_under(campaign.laws, config.packs, f"campaigns.{name}")
    yield from _about_countries(where, campaign, country, law)
    message = flows.get(campaign.safe_harbour or "")
    if message is not None:
        yield from _about_message(where, message, campaign.opt_out, law.rules(SafeHarbourMessage, country))


def _about_countries(
    where: list[str], campaign: CampaignSection, country: str, law: Law
) -> Iterator[Finding]:
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


def _about_message(
    where: list[str], message: Flow, opt_out: str, rules: Iterator[SafeHarbourMessage]
) -> Iterator[Finding]:
    """Warn of a message without the key by which nobody is called again; what it says no program can hear."""
    asked = next((rule.id for rule in rules if rule.opt_out_key), None)
    menus = (node for node in message.nodes.values() if isinstance(node, Menu))
    if asked and not any(opt_out in menu.options.values() for menu in menus):
        yield warning(
            [*where, "safe_harbour"],
            f"{asked} asks for a key to opt out, and no menu of the flow {message.name} has one",
            f'give a menu the option 9 = "{opt_out}"',
        )
