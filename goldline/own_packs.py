"""Rule packs of the house: files beside the configuration that campaigns name among their laws.

    laws = ["us-ftc", "house", "ours.toml"]

They become part of the configuration when that is read. So what a journal holds is whole, and replays under
the very law of its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.kernel.errors import ConfigError
from dialer.law import ANYWHERE, Law, Pack
from dialer.packs import law_of, parse_pack
from goldline.include import read_tables
from goldline.section import COUNTRY_ALLOWED, has_telephones

PACKS = "packs"
ENDING = ".toml"


def with_own_packs(tables: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the tables of a configuration with those of the packs that its campaigns name as files.

    Raises `ConfigError` for a file that cannot be read.
    """
    packs = dict(_table(tables, PACKS))
    for campaign in _table(tables, "campaigns").values():
        for name in _files_in(campaign):
            if name not in packs:
                packs[name] = read_tables(folder / name).joined
    return {**tables, PACKS: packs} if packs else dict(tables)


def law_under(names: Iterable[str], packs: Mapping[str, dict[str, Any]], where: str) -> Law:
    """Return the law of these packs, shipped or the house's own; `where` says who names them in errors."""
    try:
        own = {name: parse_pack(packs[name], name) for name in names if name in packs}
        for name, pack in own.items():
            _check_countries(pack, name)
        return law_of(names, own)
    except ConfigError as error:
        raise ConfigError(f"{where}.laws: {error.where}", error.found, error.allowed) from None


def _check_countries(pack: Pack, origin: str) -> None:
    """Refuse a country that no number is of: its rules would hold for nobody, and nobody would know."""
    for country in pack.countries:
        if country != ANYWHERE and not has_telephones(country):
            raise ConfigError(f"{origin}: countries", country, f"{COUNTRY_ALLOWED}, or {ANYWHERE} for all")


def _files_in(campaign: object) -> list[str]:
    """Return the laws of a campaign that are files; whatever else is wrong with it is found out later."""
    laws = campaign.get("laws") if isinstance(campaign, Mapping) else None
    if not isinstance(laws, list):
        return []
    return [name for name in laws if isinstance(name, str) and name.endswith(ENDING)]


def _table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tables.get(key)
    return found if isinstance(found, Mapping) else {}
