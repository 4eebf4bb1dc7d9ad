"""JSON as values of declared types without msgspec, as strictly: nothing is converted into another type.

A type becomes a table that says, for each sort of JSON value it takes, how such a one is read; that of a
union is the tables of its parts in one. An object is read as the pairs it consists of, since of a key that
comes twice both values must be right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Generic, Literal, NewType, TypeVar, Union, get_args, get_origin

from core.kernel.plain.struct import Struct, fields, tag_of

T = TypeVar("T")
Readers = Mapping[type, Callable[[Any], Any]]

_ODD_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u(?![0-9a-fA-F]{4})")
"""Python's reader takes any four characters here that `int` takes."""


class DecodeError(ValueError):
    """A text that is no JSON, or none of the type asked for."""


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written."""


def decode(text: bytes | str, *, type: Any = Any) -> Any:
    """Return the value of that type which `text` holds; raise `DecodeError`, `UnicodeError` on any other."""
    return _read(_readers(type), _parsed(text if isinstance(text, str) else text.decode()))


class Decoder(Generic[T]):
    """What reads values of one type."""

    def __init__(self, type: Any = Any) -> None:
        self._type = type

    def decode(self, text: bytes | str) -> T:
        """Return the value which `text` holds; raise as `decode` does."""
        value: T = decode(text, type=self._type)
        return value


def _parsed(text: str) -> Any:
    try:
        value = _JSON.decode(text)
    except DecodeError:
        raise
    except ValueError as error:
        raise DecodeError(f"JSON is malformed: {error}") from None
    if "\\u" in text:
        _check_escapes(text, value)
    return value


def _check_escapes(text: str, value: Any) -> None:
    """Refuse what Python lets pass: four characters that are no hexadecimal digits, half a character."""
    if _ODD_ESCAPE.search(text):
        raise DecodeError("JSON is malformed: an escape of other than four digits")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise DecodeError("JSON is malformed: half a character") from None


def _whole(digits: str) -> int:
    if not digits.isascii():
        raise DecodeError("JSON is malformed: a number in other digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if not digits.isascii() or not isfinite(number):
        raise DecodeError("number out of range")
    return number


def _no_number(name: str) -> Any:
    raise DecodeError(f"JSON is malformed: {name}")


_JSON = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number
)


def _read(readers: Readers, value: Any) -> Any:
    reader = readers.get(type(value))
    if reader is None:
        raise DecodeError(f"expected {' or '.join(map(_said, readers))}, got {_said(type(value))}")
    return reader(value)


def _said(kind: type) -> str:
    return _SORTS.get(kind, kind.__name__)


_SORTS = {_Pairs: "object", list: "array", NoneType: "null"}


def _same(value: T) -> T:
    return value


@cache
def _readers(kind: Any) -> Readers:
    """Return how the values of a declared type are read, by the sorts of JSON values it takes."""
    origin = get_origin(kind)
    if kind is Any:
        return {**_SCALARS, list: _plain, _Pairs: _plain}
    if isinstance(kind, NewType):
        return _readers(kind.__supertype__)
    if origin in (Union, UnionType):
        return _union(get_args(kind))
    if origin is Literal:
        return _one_of({value: value for value in get_args(kind)})
    if origin in (tuple, list):
        return {list: _array(origin, get_args(kind))}
    if origin is not None and issubclass(origin, Mapping):
        return {_Pairs: _table(*map(_readers, get_args(kind)))}
    return _class(kind)


def _class(kind: type) -> Readers:
    if issubclass(kind, Struct):
        return {_Pairs: lambda pairs: _struct(kind, pairs)}
    if issubclass(kind, Enum):
        return _one_of({member.value: member for member in kind})
    if kind is float:
        return {float: _same, int: float}
    if kind in _SCALARS:
        return {kind: _same}
    raise TypeError(f"no values of {kind} are read")


def _union(kinds: Iterable[Any]) -> Readers:
    """Return the tables of all in one; structs are told apart by their tags."""
    tagged: dict[str | None, type[Struct]] = {}
    joined: dict[type, Callable[[Any], Any]] = {}
    for kind in kinds:
        joined |= _readers(kind)
        if isinstance(kind, type) and issubclass(kind, Struct):
            tagged[tag_of(kind)] = kind
    if len(tagged) > 1:
        joined[_Pairs] = lambda pairs: _tagged_struct(tagged, pairs)
    return joined


def _one_of(members: Mapping[Any, Any]) -> Readers:
    def read(value: Any) -> Any:
        if value not in members:
            raise DecodeError(f"{value!r} is none of the values")
        return members[value]

    return dict.fromkeys(map(type, members), read)


def _array(made: type, kinds: tuple[Any, ...]) -> Callable[[list[Any]], Any]:
    if made is list or kinds[-1] is Ellipsis:
        each = _readers(kinds[0])
        return lambda values: made([_read(each, value) for value in values])
    parts = list(map(_readers, kinds))

    def read(values: list[Any]) -> Any:
        if len(values) != len(parts):
            raise DecodeError(f"expected {len(parts)} values, got {len(values)}")
        return tuple([_read(part, value) for part, value in zip(parts, values, strict=True)])

    return read


def _table(keys: Readers, values: Readers) -> Callable[[_Pairs], dict[Any, Any]]:
    return lambda pairs: {_read(keys, key): _read(values, value) for key, value in pairs}


def _tagged_struct(kinds: Mapping[str | None, type[Struct]], pairs: _Pairs) -> Struct:
    tag = next((value for name, value in pairs if name == "type"), None)
    kind = kinds.get(tag) if isinstance(tag, str) else None
    if kind is None:
        raise DecodeError(f"{tag!r} is none of the types")
    return _struct(kind, pairs)


def _struct(kind: type[Struct], pairs: _Pairs) -> Struct:
    """Return the struct; every key is looked at, the last of its name counts."""
    readers, required = _fields(kind)  # type: ignore[arg-type]  # a class is hashable, whatever mypy says
    tag = tag_of(kind)
    is_strict = kind.__struct_said__.get("forbid_unknown_fields")
    values = {}
    for name, value in pairs:
        if name == "type" and tag is not None:
            if value != tag:
                raise DecodeError(f"expected a {tag}, got {value!r}")
        elif name in readers:
            values[name] = _read(readers[name], value)
        elif is_strict:
            raise DecodeError(f"{kind.__name__} has no field {name!r}")
    if missing := required - values.keys():
        raise DecodeError(f"{kind.__name__} needs {', '.join(sorted(missing))}")
    return kind(**values)


@cache
def _fields(kind: Any) -> tuple[Mapping[str, Readers], frozenset[str]]:
    """Return how each field is read, and which have to be there."""
    known = fields(kind)
    readers = {field.name: _readers(field.type) for field in known}
    return readers, frozenset({field.name for field in known if field.required})


def _plain(value: Any) -> Any:
    match value:
        case _Pairs():
            return {key: _plain(each) for key, each in value}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


_SCALARS: Readers = dict.fromkeys((str, int, float, bool, NoneType), _same)
