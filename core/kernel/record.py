"""Immutable values that travel: messages, and what they are made of.

A `Record` is a msgspec struct: frozen, compared by its fields, hashable, with slots. It is made in a tenth
of the time of a frozen dataclass, and a routed call makes about eighty (docs/decisions/0009).
"""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False, tag=True, forbid_unknown_fields=True):
    """A frozen value. Written as JSON it carries its class in the key `type`, so that any of several
    classes may stand in one field.

    Subclasses say `frozen=True` again, for the type checker, and `kw_only=True` where fields have to be
    named. The garbage collector does not visit records: they hold values, never something that holds them.
    """
