"""The address of a customer's record in a foreign CRM, from a template of the configuration.

    https://crm.example/open?phone={number}&id={customer_id}

What is put in is quoted, so that nothing a caller can choose, a name shown by a telephone say, reaches
further than its own place.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from urllib.parse import quote

FIELDS = ("number", "customer_id", "contact_id", "queue", "tier", "campaign", "external_id")
"""What a template may name."""
SCHEMES = ("https://", "http://")


def check_template(template: str) -> None:
    """Raise `ValueError` where `template` is no address, or names something else than `FIELDS`."""
    if not template.startswith(SCHEMES):
        raise ValueError("an address that begins with https:// or http://")
    for _, name, form, conversion in Formatter().parse(template):
        if name is not None and (name not in FIELDS or form or conversion):
            raise ValueError(f"no other fields than {', '.join(f'{{{field}}}' for field in FIELDS)}")


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return the address of a record; `values` has one for each of `FIELDS`, empty where there is none."""
    return template.format_map({name: quote(value, safe="") for name, value in values.items()})
