"""What a list says of a state or province: which it is, however it is written, and its clocks.

A number moves with its owner, and its digits go on telling where it came from. So a person who by the list
lives where the clocks differ is called only when both allow it.
"""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = {
    "US": "AK Alaska, AL Alabama, AR Arkansas, AZ Arizona, CA California, CO Colorado, CT Connecticut, "
    "DC District of Columbia, DC Washington DC, DE Delaware, FL Florida, GA Georgia, HI Hawaii, IA Iowa, "
    "ID Idaho, IL Illinois, IN Indiana, KS Kansas, KY Kentucky, LA Louisiana, MA Massachusetts, MD Maryland, "
    "ME Maine, MI Michigan, MN Minnesota, MO Missouri, MS Mississippi, MT Montana, NC North Carolina, "
    "ND North Dakota, NE Nebraska, NH New Hampshire, NJ New Jersey, NM New Mexico, NV Nevada, NY New York, "
    "OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, "
    "TN Tennessee, TX Texas, UT Utah, VA Virginia, VT Vermont, WA Washington, WI Wisconsin, "
    "WV West Virginia, WY Wyoming",
    "CA": "AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, "
    "NL Newfoundland, NS Nova Scotia, NT Northwest Territories, NU Nunavut, ON Ontario, "
    "PE Prince Edward Island, QC Quebec, QC Québec, SK Saskatchewan, YT Yukon",
}
_CLOCKS = {
    "America/New_York": "US-CT US-DC US-DE US-FL US-GA US-IN US-KY US-MA US-MD US-ME US-MI US-NC US-NH US-NJ "
    "US-NY US-OH US-PA US-RI US-SC US-TN US-VA US-VT US-WV",
    "America/Chicago": "US-AL US-AR US-FL US-IA US-IL US-IN US-KS US-KY US-LA US-MI US-MN US-MO US-MS US-ND "
    "US-NE US-OK US-SD US-TN US-TX US-WI",
    "America/Denver": "US-CO US-ID US-KS US-MT US-ND US-NE US-NM US-OR US-SD US-TX US-UT US-WY",
    "America/Phoenix": "US-AZ",
    "America/Los_Angeles": "US-CA US-ID US-NV US-OR US-WA",
    "America/Anchorage": "US-AK",
    "America/Adak": "US-AK",
    "Pacific/Honolulu": "US-HI",
    "America/St_Johns": "CA-NL",
    "America/Halifax": "CA-NB CA-NL CA-NS CA-PE CA-QC",
    "America/Toronto": "CA-NU CA-ON CA-QC",
    "America/Winnipeg": "CA-MB CA-NU CA-ON",
    "America/Regina": "CA-SK",
    "America/Edmonton": "CA-AB CA-BC CA-NT CA-NU",
    "America/Vancouver": "CA-BC",
    "America/Whitehorse": "CA-YT",
}
"""The clocks that people of a state go by, those of the larger part of it besides the others."""


def region_told(country: str, state: str) -> str:
    """Return the region (`US-FL`) that a list means by `FL`, `US-FL` or `Florida`; empty where by none."""
    plain = _plain(state).removeprefix(f"{country} ")
    return _REGIONS.get((country, plain), "")


def clocks_of(region: str) -> tuple[str, ...]:
    """Return the zones of a state or province, as IANA names them; none where it is not known."""
    return _CLOCKS_OF.get(region, ())


def _plain(text: str) -> str:
    return " ".join(text.upper().replace(".", "").replace("-", " ").split())


def _regions() -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for country, names in _NAMES.items():
        for entry in names.split(", "):
            code, name = entry.split(" ", 1)
            found[country, code] = found[country, _plain(name)] = f"{country}-{code}"
    return found


_REGIONS = _regions()
_CLOCKS_OF: dict[str, tuple[str, ...]] = {}
for _clock, _states in _CLOCKS.items():
    for _region in _states.split():
        _CLOCKS_OF[_region] = (*_CLOCKS_OF.get(_region, ()), _clock)
