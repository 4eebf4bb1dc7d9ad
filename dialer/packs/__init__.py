"""The rule packs that are shipped, and how one is read.

    name = "us-ftc"
    title = "United States, Telemarketing Sales Rule"
    countries = ["US"]
    [[rules]]
    kind = "abandonment"
    id = "us-ftc-abandonment"
    share = 0.03
    window = "rolling_30_days"
    source = "16 CFR 310.4(b)(4)(i)"

A campaign names packs (`["us-ftc", "us-fcc", "us-states"]`) or files of its own beside the configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.kernel.errors import ConfigError
from core.kernel.schema import config_error
from core.kernel.toml import parse_toml
from core.model.hours import parse_opening
from dialer.law import CallingHours, Law, Pack

FOLDER = Path(__file__).parent
_PACK = TypeAdapter(Pack)
_PACKS = TypeAdapter(tuple[Pack, ...])


def shipped() -> tuple[str, ...]:
    """Return the names of the packs that come with the program."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def law_of(names: Iterable[str], own: Mapping[str, Pack] | None = None) -> Law:
    """Return the law that a campaign under these packs is under; raise `ConfigError` for an unknown one.

    `own` are packs of the house, by the names that campaigns call them.
    """
    known = own or {}
    packs = [known[name] if name in known else _shipped(name) for name in names]
    _refuse_twins(packs)
    return Law(tuple(packs))


def read_pack(path: Path) -> Pack:
    """Return the pack in a file; raise `ConfigError` naming what is wrong with it and where."""
    try:
        tables = parse_toml(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(str(path), error.strerror, "a readable rule pack") from error
    return parse_pack(tables, path.name)


@cache
def _shipped(name: str) -> Pack:
    if name not in shipped():
        raise ConfigError("rule pack", name, f"one of {', '.join(shipped())}, or a file that ends in .toml")
    return read_pack(FOLDER / f"{name}.toml")


def parse_pack(tables: dict[str, Any], origin: str) -> Pack:
    """Return the pack that `tables` spell out; raise `ConfigError` naming what is wrong, and `origin`."""
    try:
        pack = _PACK.validate_python(tables)
    except ValidationError as error:
        raise config_error(error.errors(), _PACK.json_schema(), tables, origin) from error
    for rule in pack.rules:
        if isinstance(rule, CallingHours):
            _check_openings(rule, origin)
    _refuse_twins([pack])
    return pack


def _check_openings(rule: CallingHours, origin: str) -> None:
    for day, openings in rule.weekly.items():
        for text in openings:
            try:
                parse_opening(text)
            except ValueError as error:
                raise ConfigError(f"{origin}: {rule.id}.weekly.{day}", text, str(error)) from error


def _refuse_twins(packs: Iterable[Pack]) -> None:
    """Refuse two rules of one id: an audit could not say which of them allowed a call."""
    seen: set[str] = set()
    for pack in packs:
        for rule in pack.rules:
            if rule.id in seen:
                raise ConfigError(f"{pack.name}: rules", rule.id, "an id that no other rule has")
            seen.add(rule.id)


def law_as_json(law: Law) -> str:
    """Return all packs of `law` as one JSON text, for a file that must speak for itself."""
    return _PACKS.dump_json(law.packs).decode()


def law_from_json(text: str) -> Law:
    """Return the law that `law_as_json` wrote; raise `ConfigError` where it is none."""
    try:
        return Law(_PACKS.validate_json(text))
    except ValidationError as error:
        raise ConfigError("law", "a text", f"rule packs as JSON ({error.error_count()} mistakes)") from None
