"""What the simulated Asterisk refuses to carry out: a text that would forge a line on a real one's wire.

The Asterisk adapter holds each text against what it may be; with no wire here, and no dialplan that could
misread an odd name, refusing CR, LF and NUL is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.model.commands import PbxCommand
from core.model.prompts import Sound

_FORGES_A_LINE = re.compile(r"[\r\n\0]")


def is_unsafe(command: PbxCommand) -> bool:
    """Tell whether a text of `command` holds CR, LF or NUL."""
    return any(_FORGES_A_LINE.search(text) for text in _texts(command))


def _texts(command: PbxCommand) -> Iterator[str]:
    for name in command.__struct_fields__:
        value = getattr(command, name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (part.name for part in value if isinstance(part, Sound))
