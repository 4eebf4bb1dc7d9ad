"""Messages as lines of JSON and back: what the journal and the ledger are written in.

A message becomes `["LegAnswered",{"at_us":17,"cause_id":"in-4","leg_id":"1-1"}]`: its class, then its
fields in the order the class declares them, so equal messages give equal bytes. A field of one exact
dataclass holds just that object; where several classes may stand (a part of a prompt, the event of
`AppendToLedger`) the value carries its class in the same way.

Reading is strict: an unknown class or field, a missing one without a default, a value of another type
all raise `UnreadableRecord`. A field added later with a default leaves older lines readable. Messages
hold no floats, so there is no NaN and no rounding to keep apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import reduce
from operator import or_
from types import ModuleType, NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import orjson

from core.kernel.errors import UnreadableRecord
from core.model import commands, events, requests
from core.model.message import Command, Event

Message = Event | Command
Writer = Callable[[Any], object]
Reader = Callable[[Any], Any]


def encode(message: Message) -> bytes:
    """Return `message` as one line of JSON without a line end; raise `ValueError` on text that is no Unicode.

    The same message gives the same bytes in every process.
    """
    return orjson.dumps(_tagged(message))


def decode(line: bytes | str) -> Message:
    """Return the message that `encode` wrote as `line`; raise `UnreadableRecord` on anything else."""
    return cast(Message, _read_tagged(MESSAGES, _parsed(line)))


def encode_fields(message: Message) -> bytes:
    """Return the fields of `message` alone, for a store that keeps the class name beside them."""
    return orjson.dumps(_shape(type(message)).write(message))


def decode_fields(kind: str, line: bytes | str) -> Message:
    """Return the message of class `kind` with the fields that `encode_fields` wrote."""
    return cast(Message, _read_tagged(MESSAGES, [kind, _parsed(line)]))


def _messages_of(modules: Iterable[ModuleType]) -> dict[str, type]:
    """Return every message class that `modules` define, by name."""
    return {
        name: found
        for module in modules
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, Message) and found.__module__ == module.__name__
    }


MESSAGES: Mapping[str, type] = _messages_of((events, commands, requests))
"""Every class that may stand at the head of a line, by its name."""


# --- how one class is written and read, found out once from its annotations -----------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """A class taken apart: how each field is read, which must be there, and how the whole is written."""

    kind: type
    readers: Mapping[str, Reader]
    required: frozenset[str]
    write: Writer

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise UnreadableRecord(f"{self.kind.__name__}: found {value!r}; expected an object")
        names = value.keys()
        if not (self.required <= names <= self.readers.keys()):
            wrong = ", ".join(sorted((names - self.readers.keys()) | (self.required - names)))
            raise UnreadableRecord(f"{self.kind.__name__}: unknown or missing: {wrong}")
        return self.kind(**{name: self._read_field(name, found) for name, found in value.items()})

    def _read_field(self, name: str, found: Any) -> Any:
        try:
            return self.readers[name](found)
        except UnreadableRecord as error:
            raise UnreadableRecord(f"{self.kind.__name__}.{name}: {error}") from None


_shapes: dict[type, _Shape] = {}


def _shape(kind: type) -> _Shape:
    """Return the shape of `kind`, taken apart at its first use."""
    shape = _shapes.get(kind)
    if shape is None:
        shape = _shapes[kind] = _take_apart(kind)
    return shape


def _take_apart(kind: type) -> _Shape:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    optional = {f.name for f in fields(kind) if f.default is not MISSING or f.default_factory is not MISSING}
    return _Shape(
        kind=kind,
        readers={name: _reader(hints[name]) for name in names},
        required=frozenset(names) - optional,
        write=_object_writer({name: _writer(hints[name]) for name in names}),
    )


def _object_writer(writers: Mapping[str, Writer]) -> Writer:
    """Return how an object is written; `orjson` alone is quickest where no field needs a tag."""
    if all(writer is _as_it_is for writer in writers.values()):
        return _as_it_is
    return lambda message: {name: writer(getattr(message, name)) for name, writer in writers.items()}


def _as_it_is(value: Any) -> object:
    return value


def _writer(hint: Any) -> Writer:
    """Return how a field annotated `hint` is written."""
    hint = _plain(hint)
    if get_origin(hint) is tuple:
        write = _writer(get_args(hint)[0])
        return write if write is _as_it_is else lambda values: [write(value) for value in values]
    if _choices(hint):
        return lambda value: None if value is None else _tagged(value)
    return _as_it_is


def _reader(hint: Any) -> Reader:
    """Return how a field annotated `hint` is read back."""
    hint = _plain(hint)
    arguments = get_args(hint)
    if get_origin(hint) is tuple:
        return _tuple_reader(arguments)
    if NoneType in arguments:
        return _optional_reader(hint)
    if choices := _choices(hint):
        return lambda value: _read_tagged(choices, value)
    if is_dataclass(hint):
        return _shape(cast(type, hint)).read
    if issubclass(hint, Enum):
        return _enum_reader(hint)
    return _READERS[hint]


def _optional_reader(hint: Any) -> Reader:
    """Return the reader of `X | None`."""
    read = _reader(reduce(or_, (argument for argument in get_args(hint) if argument is not NoneType)))
    return lambda value: None if value is None else read(value)


def _tuple_reader(arguments: tuple[Any, ...]) -> Reader:
    """Return the reader of `tuple[X, ...]` or of a tuple of fixed length."""
    if arguments[-1] is Ellipsis:
        read = _reader(arguments[0])
        return lambda value: tuple(read(item) for item in _listed(value))
    readers = tuple(_reader(argument) for argument in arguments)

    def read_fixed(value: Any) -> Any:
        if len(_listed(value)) != len(readers):
            raise UnreadableRecord(f"found {len(value)} items; expected {len(readers)}")
        return tuple(read(item) for read, item in zip(readers, value, strict=True))

    return read_fixed


def _enum_reader(kind: type[Enum]) -> Reader:
    def read(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError as error:
            raise UnreadableRecord(str(error)) from None

    return read


def _exactly(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise UnreadableRecord(f"found {value!r}; expected {kind.__name__}")
        return value

    return read


_READERS: Mapping[type, Reader] = {kind: _exactly(kind) for kind in (str, int, bool)}
"""The plain types a field may have. A float is left out on purpose (see the module's head)."""


def _plain(hint: Any) -> Any:
    """Return the type behind a `NewType`."""
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return hint


def _choices(hint: Any) -> Mapping[str, type]:
    """Return the classes that may stand in a field annotated `hint`, or nothing where it is just one."""
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        kinds = [kind for kind in get_args(hint) if isinstance(kind, type) and is_dataclass(kind)]
        return {kind.__name__: kind for kind in kinds} if len(kinds) > 1 else {}
    if isinstance(hint, type) and is_dataclass(hint) and hint.__subclasses__():
        return {name: kind for name, kind in MESSAGES.items() if issubclass(kind, hint)}
    return {}


def _tagged(value: Any) -> object:
    return type(value).__name__, _shape(type(value)).write(value)


def _read_tagged(choices: Mapping[str, type], value: Any) -> Any:
    name, body = value if isinstance(value, list) and len(value) == 2 else (None, None)
    kind = choices.get(name) if isinstance(name, str) else None
    if kind is None:
        raise UnreadableRecord(f"found {value!r}; expected a known class name and its fields")
    return _shape(kind).read(body)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UnreadableRecord(f"found {value!r}; expected a list")
    return value


def _parsed(line: bytes | str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UnreadableRecord(f"no JSON: {error}") from None
