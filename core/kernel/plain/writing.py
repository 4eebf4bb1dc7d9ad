"""Values as JSON without msgspec, to the same bytes: fields in their order, no space, text as it is.

Beside the values of JSON it knows structs, enumerations, tuples, sets and days of the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from math import isfinite
from typing import Any

from core.kernel.plain.struct import Struct, asdict, tag_of

_ESCAPED = re.compile(r'[\x00-\x1f"\\]')
_SHORT = {'"': r"\"", "\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_SMALL = re.compile(r"(-?)(\d)(?:\.(\d+))?e-05")


def encode(value: Any) -> bytes:
    """Return `value` as JSON; raise `ValueError` on text that is no Unicode, `TypeError` on anything else."""
    return _text(value).encode()


class Encoder:
    """What writes JSON."""

    encode = staticmethod(encode)


def to_builtins(value: Any) -> Any:
    """Return `value` made of tables, lists, tuples and plain values alone."""
    match value:
        case Struct():
            return _tagged(value) | {name: to_builtins(field) for name, field in asdict(value).items()}
        case dict():
            return {to_builtins(key): to_builtins(each) for key, each in value.items()}
        case tuple():
            return tuple([to_builtins(each) for each in value])
        case list() | set() | frozenset():
            return [to_builtins(each) for each in value]
        case Enum():
            return value.value
        case _:
            return value


def _tagged(struct: Struct) -> dict[str, str]:
    tag = tag_of(type(struct))
    return {"type": tag} if tag is not None else {}


def _text(value: Any) -> str:
    kind = type(value)
    write = _WRITERS.get(kind)
    if write is None:
        _WRITERS[kind] = write = _writer(kind)
    return write(value)


def _writer(kind: type) -> Callable[[Any], str]:
    """Return what writes values of `kind`, which comes up for the first time."""
    if issubclass(kind, Struct):
        return _struct_writer(kind)
    if issubclass(kind, Enum):
        return lambda value: _text(value.value)
    for base, write in list(_WRITERS.items()):
        if issubclass(kind, base):
            return write
    raise TypeError(f"{kind.__name__} cannot be written as JSON")


def _struct_writer(kind: type[Struct]) -> Callable[[Any], str]:
    tag = tag_of(kind)
    told = [f'"type":{_string(tag)}'] if tag is not None else []
    keys = [f"{_string(name)}:" for name in kind.__struct_fields__]
    values = kind.__struct_values__

    def write(struct: Struct) -> str:
        parts = [key + _text(value) for key, value in zip(keys, values(struct), strict=True)]
        return "{" + ",".join(told + parts) + "}"

    return write


def _string(text: str) -> str:
    if text.isalnum():  # as most are, and seen at once
        return f'"{text}"'
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def _float(number: float) -> str:
    """Return the shortest digits; Python's own begin to use an exponent one place earlier, and pad it."""
    if not isfinite(number):
        return "null"
    text = repr(number)
    if small := _SMALL.fullmatch(text):
        sign, first, others = small.groups(default="")
        return f"{sign}0.0000{first}{others}"
    return text.replace("e-0", "e-").replace("e+", "e")


def _array(values: Iterable[Any]) -> str:
    return "[" + ",".join([_text(each) for each in values]) + "]"


def _object(table: Mapping[Any, Any]) -> str:
    return "{" + ",".join([f"{_key(key)}:{_text(each)}" for key, each in table.items()]) + "}"


def _key(key: Any) -> str:
    text = _text(key)
    return text if text.startswith('"') else f'"{text}"'


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _string,
    bool: lambda value: "true" if value else "false",
    int: str,
    type(None): lambda _: "null",
    float: _float,
    tuple: _array,
    list: _array,
    dict: _object,
    set: _array,
    frozenset: _array,
    date: lambda day: f'"{day.isoformat()}"',
}
"""By exact class; that of a class that comes up is added."""
