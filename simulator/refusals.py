"""What the simulated Asterisk refuses to carry out: a text that would forge a line on a real one's wire.

The Asterisk adapter holds each text against what it may be; with no wire here, and no dialplan that could
misread an odd name, refusing CR, LF and NUL is enough.
"""

from __future__ import annotations

import re

from core.kernel.record import astuple
from core.model.commands import PbxCommand
from core.model.prompts import Sound

_FORGES_A_LINE = re.compile(r"[\r\n\0]").search


def is_unsafe(command: PbxCommand) -> bool:
    """Tell whether a text of `command` holds CR, LF or NUL."""
    for value in astuple(command):
        kind = type(value)  # words of ours (`StrEnum`) are of other classes
        if kind is str and not value.isprintable() and _FORGES_A_LINE(value):
            return True
        if kind is tuple and any(_FORGES_A_LINE(part.name) for part in value if isinstance(part, Sound)):
            return True
    return False
