"""The rules that were found, as a file of the configuration: a policy, for `include`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from goldline.tune.space import Tables


def rules_text(policy: str, tables: Tables, remarks: Sequence[str]) -> str:
    """Return the file; `remarks` stand above as comments. What it does not say is as in `[tiers]`."""
    return "\n".join((*(f"# {remark}" for remark in remarks), *_tiers(policy, tables), ""))


def _tiers(policy: str, tables: Tables) -> Iterator[str]:
    for name, keys in tables.items():
        yield f"\n[policies.{policy}.tiers.{name}]"
        yield from (f"{key} = {_toml(value)}" for key, value in keys.items())


def _toml(value: object) -> str:
    """Return a value of a tier as TOML: a word of our own, a number, or a table of these."""
    match value:
        case str():
            return f'"{value}"'
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_toml(entry)}" for key, entry in value.items()) + " }"
        case _:
            return str(value)
