"""TOML as people write it down: what is wrong with a document is said with its place, whatever it is."""

from __future__ import annotations

import tomllib
from typing import Any

from core.kernel.errors import ConfigError, Said

_MARK = b"\xef\xbb\xbf"
"""Some editors put it before a text in UTF-8; it means nothing."""


def parse_toml(raw: bytes, where: str, allowed: str = "a TOML document") -> dict[str, Any]:
    """Return the tables of a document in UTF-8; raise `ConfigError` at `where` with the line that is wrong.

    Besides what the grammar refuses that is a text in another encoding, a whole number of thousands of
    digits, and lists within lists without end.
    """
    raw = raw.removeprefix(_MARK)
    try:
        return tomllib.loads(raw.decode())
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02x}, which is no UTF-8 (at line {line})"
        raise ConfigError(where, Said(found), allowed) from error
    except RecursionError as error:
        raise ConfigError(where, Said("lists or tables too deep in each other"), allowed) from error
    except ValueError as error:
        raise ConfigError(where, Said(str(error)), allowed) from error
