"""The address of a customer's record in a foreign CRM, from a template of the configuration.

    https://crm.example/open?phone={number}&id={customer_id}

What is put in is quoted, so that nothing a caller can choose, a name shown by a telephone say, reaches
further than its own place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from urllib.parse import quote, urlsplit

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


_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")


def origin_of(template: str) -> str:
    """Return the one origin of all addresses that `template` makes; raise `ValueError` where there is none.

    That is where its host holds a field, a name to sign in by, or anything that has a meaning in a header.
    """
    parts = urlsplit(template)
    origin = f"{parts.scheme}://{parts.netloc}"
    if not _ORIGIN.fullmatch(origin):
        raise ValueError("an address whose host is written out, such as https://crm.example/{number}")
    return origin


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return the address of a record; `values` has one for each of `FIELDS`, empty where there is none."""
    return template.format_map({name: quote(value, safe="") for name, value in values.items()})
