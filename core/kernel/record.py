"""What the hot path is made of: immutable values that travel, and the things that change.

Both are structs: made by msgspec in a tenth of the time of a dataclass (docs/decisions/0008), or by
`core.kernel.plain` where the interpreter cannot load it. This is the door to either, with what one does to a
struct; how one is written and read is behind `core.kernel.json_text`. Nobody else imports msgspec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.kernel.interpreter import COMPILED

if TYPE_CHECKING or COMPILED:
    from msgspec import Struct, field
    from msgspec.structs import asdict, astuple, fields, replace
else:
    from core.kernel.plain.struct import Struct, asdict, astuple, field, fields, replace

__all__ = ["Entity", "Record", "Struct", "asdict", "astuple", "field", "fields", "replace"]


class Record(Struct, frozen=True, gc=False, tag=True, forbid_unknown_fields=True):
    """A frozen value. Written as JSON it carries its class in the key `type`, so that any of several
    classes may stand in one field.

    Subclasses say `frozen=True` again, for the type checker, and `kw_only=True` where fields have to be
    named. The garbage collector does not visit records: they hold values, never something that holds them.
    """


class Entity(Struct, eq=False):
    """A thing with a life of its own, such as a contact or a leg: its fields change, it stays itself."""
