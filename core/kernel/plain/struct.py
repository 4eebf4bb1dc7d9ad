"""Structs without msgspec: a dataclass of every subclass, declared with msgspec's keywords.

Whether a frozen one is left alone is not watched here, as that would cost every field of every message: the
same program is watched on CPython.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from dataclasses import fields as fields_of
from typing import Any, ClassVar, NamedTuple, Self, TypeVar, get_type_hints

__all__ = ["FieldInfo", "Struct", "asdict", "astuple", "field", "fields", "replace", "tag_of"]

S = TypeVar("S", bound="Struct")


class Struct:
    """The base of all structs.

    Keywords of a subclass: `kw_only` for its own fields; for itself and what derives from it `frozen`, `eq`,
    `order`, `tag` (JSON names the class) and `forbid_unknown_fields`. `gc` has no meaning here.
    """

    __struct_fields__: ClassVar[tuple[str, ...]] = ()
    __struct_said__: ClassVar[dict[str, bool]] = {"eq": True}
    __struct_replace__: ClassVar[Callable[..., Any]]
    __struct_values__: ClassVar[Callable[[Any], tuple[Any, ...]]]

    def __init_subclass__(cls, *, kw_only: bool = False, **said: bool) -> None:
        cls.__struct_said__ = said = cls.__struct_said__ | said
        for name, default in list(vars(cls).items()):
            if name in cls.__annotations__ and isinstance(default, list | dict | set):
                setattr(cls, name, field(default_factory=default.copy))
        eq, order = said["eq"], said.get("order", False)
        hashed = eq and said.get("frozen", False)
        dataclass(repr=False, eq=eq, order=order, unsafe_hash=hashed, kw_only=kw_only)(cls)
        named = sorted(fields_of(cls), key=lambda each: bool(each.kw_only))  # type: ignore[arg-type]
        cls.__struct_fields__ = names = tuple([each.name for each in named])
        cls.__struct_replace__, cls.__struct_values__ = _written(names)

    def __repr__(self) -> str:
        told = ", ".join([f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__])
        return f"{type(self).__name__}({told})"

    def __copy__(self) -> Self:
        return replace(self)


class FieldInfo(NamedTuple):
    """A field of a class: its name, its type, and whether it has to be given."""

    name: str
    type: Any
    required: bool


def fields(kind: type[Struct] | Struct) -> tuple[FieldInfo, ...]:
    """Return the fields of a class or of one of its values, in their order."""
    kind = kind if isinstance(kind, type) else type(kind)
    types = get_type_hints(kind, include_extras=True)
    may_miss = {each.name for each in fields_of(kind) if _has_default(each)}  # type: ignore[arg-type]
    return tuple([FieldInfo(name, types[name], name not in may_miss) for name in kind.__struct_fields__])


def _has_default(each: Any) -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


def tag_of(kind: type[Struct]) -> str | None:
    """Return what JSON calls the class in the key `type`, None where it does not say it."""
    return kind.__name__ if kind.__struct_said__.get("tag") else None


def _written(names: tuple[str, ...]) -> tuple[Callable[..., Any], Callable[[Any], tuple[Any, ...]]]:
    """Return what copies a struct with other values in some of these fields, and what returns their values.

    They are written out field by field, as dataclasses write `__init__`: every input of the engine is copied
    once, and a loop over names took a tenth of a simulated day.
    """
    changes = "".join([f", {name}=_same" for name in names])
    moves = "".join([f" _new.{name} = _old.{name} if {name} is _same else {name}\n" for name in names])
    values = "".join([f"_old.{name}, " for name in names])
    signature = f"_old, /{', *' if names else ''}{changes}"
    text = f"def replace({signature}):\n _new = _make(type(_old))\n{moves} return _new\n"
    text += f"def values(_old):\n return ({values})\n"
    made: dict[str, Any] = {"_make": object.__new__, "_same": object()}
    exec(text, made)
    return made["replace"], made["values"]


def replace(struct: S, /, **changes: Any) -> S:
    """Return a copy with other values in some fields; raise `TypeError` on one it does not have."""
    return type(struct).__struct_replace__(struct, **changes)  # type: ignore[no-any-return]


def astuple(struct: Struct) -> tuple[Any, ...]:
    """Return the values of the fields in their order."""
    return type(struct).__struct_values__(struct)


def asdict(struct: Struct) -> dict[str, Any]:
    """Return the values by the names of their fields."""
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
