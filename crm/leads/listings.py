"""Do-not-call lists: how a number is found on them, and under which names they are kept and told.

Kept are `house`, `campaign/NAME` and the names of registers; told is what forbids a number to one campaign.
An entry is a number, or an area: the first digits and a `*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.model.lead import CAMPAIGN_LIST, HOUSE_LIST

AREA_DIGITS_MAX = 8
"""Most digits of an area: country, area code and exchange. What is longer is nearly a number."""
_OF_A_CAMPAIGN = "campaign/"


def listing_key(campaign: str = "") -> str:
    """Return under which name the list of a campaign is kept, or that of the house."""
    return f"{_OF_A_CAMPAIGN}{campaign}" if campaign else HOUSE_LIST


def is_register(listing: str) -> bool:
    """Tell whether a list is somebody else's, of which we have a copy."""
    return listing != HOUSE_LIST and not listing.startswith(_OF_A_CAMPAIGN)


def concerns(listing: str, campaign: str) -> bool:
    """Tell whether a list is in force for `campaign`."""
    return not listing.startswith(_OF_A_CAMPAIGN) or listing == listing_key(campaign)


def entries_for(number: str) -> list[str]:
    """Return all entries that would forbid the E.164 `number`: itself, and the areas it lies in."""
    return [number, *(f"{number[: digits + 1]}*" for digits in range(1, AREA_DIGITS_MAX + 1))]


def told(listings: Iterable[str], campaign: str) -> tuple[str, ...]:
    """Return the lists among `listings` that are in force for `campaign`, by the names the engine knows."""
    return tuple(
        sorted(
            CAMPAIGN_LIST if listing == listing_key(campaign) else listing
            for listing in set(listings)
            if concerns(listing, campaign)
        )
    )


def told_of(
    numbers: Iterable[str], found: Mapping[str, Iterable[str]], campaign: str
) -> dict[str, tuple[str, ...]]:
    """Return for each number on a list what forbids it; `found` are the lists of the entries there are."""
    against = {
        number: told([listing for entry in entries_for(number) for listing in found.get(entry, ())], campaign)
        for number in numbers
    }
    return {number: names for number, names in against.items() if names}
