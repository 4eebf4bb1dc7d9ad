"""What the hot path is made of: immutable values that travel, and the things that change.

Both are msgspec structs with slots, made in a tenth of the time of a dataclass; a routed call makes about
a hundred of them (docs/decisions/0008).
"""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False, tag=True, forbid_unknown_fields=True):
    """A frozen value. Written as JSON it carries its class in the key `type`, so that any of several
    classes may stand in one field.

    Subclasses say `frozen=True` again, for the type checker, and `kw_only=True` where fields have to be
    named. The garbage collector does not visit records: they hold values, never something that holds them.
    """


class Entity(msgspec.Struct, eq=False):
    """A thing with a life of its own, such as a contact or a leg: its fields change, it stays itself."""
