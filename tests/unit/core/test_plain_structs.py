"""Structs and JSON of Python alone are those of msgspec: the same bytes, and the same lines refused.

A message is drawn for msgspec and written; the core's twin (`plain_twin`) reads it and writes it again.
"""

from __future__ import annotations

import json
from math import inf, nan
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel import json_text, record
from core.kernel.errors import UnreadableRecord
from core.model import codec
from core.model.message import DomainEvent
from dialer import audit_file
from tests.unit.core.plain_twin import loaded_plain

UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DOMAIN_EVENTS = [kind for kind in codec.MESSAGES.values() if issubclass(kind, DomainEvent)]
st.register_type_strategy(str, UNICODE)
st.register_type_strategy(int, st.integers(min_value=-(2**63), max_value=2**63 - 1))
st.register_type_strategy(DomainEvent, st.sampled_from(DOMAIN_EVENTS).flatmap(st.from_type))

TWIN, PLAIN_AUDIT, PLAIN_TEXT, PLAIN_RECORD = loaded_plain(
    codec.__name__, audit_file.__name__, json_text.__name__, record.__name__
)
FEW = settings(max_examples=6, deadline=None, derandomize=True, database=None)
WRONG = (
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    "x",
    "agent",
    [],
    [1],
    ["x"],
    [["x", 1]],
    {},
    {"x": 1},
    {"type": 1},
)
"""What may stand where something else is expected."""
TEXTS = (
    b"",
    b"1 2",
    b"01",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"1.",
    b"[1,]",
    b"{'a':1}",
    b"9" * 5_000,
    "1\u0661".encode(),
    b'"\x01"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'\xef\xbb\xbf"a"',
    rb'"\x"',
    rb'"\u12"',
    rb'"\u+123"',
    rb'"\ud800"',
    rb'"\ude00\ud83d"',
    rb'"\\u12"',
    rb'"\ud83d\ude00 \/ \\ud800"',
    b' { "a" : [ -0 , 1E2 , true , null ] , "a" : 2 }\n',
)


def outcome(side: ModuleType, line: bytes) -> bytes:
    """Return what becomes of a line on one side: how it is written again, or that it was refused."""
    try:
        return side.encode(side.decode(line))
    except (
        UnreadableRecord,
        TWIN.UnreadableRecord,
        UnicodeError,
        json_text.DecodeError,
        PLAIN_TEXT.DecodeError,
    ):
        return b"refused"


@pytest.mark.parametrize("kind", codec.MESSAGES.values(), ids=lambda kind: kind.__name__)
def test_message_is_written_and_read_alike(kind: type[record.Record]) -> None:
    plain = TWIN.MESSAGES[kind.__name__]
    assert plain.__struct_fields__ == kind.__struct_fields__
    assert plain.__match_args__ == kind.__match_args__

    @FEW
    @given(st.builds(kind))
    def alike(message: Any) -> None:
        line = codec.encode(message)
        twin = TWIN.decode(line)
        assert type(twin) is plain
        assert TWIN.encode(twin) == line
        assert twin == TWIN.decode_as(kind.__name__, line)
        assert repr(twin) == repr(message)
        assert PLAIN_TEXT.to_builtins(twin) == json_text.to_builtins(message)

    alike()


@pytest.mark.parametrize("kind", codec.MESSAGES.values(), ids=lambda kind: kind.__name__)
def test_line_that_is_not_as_written_fares_alike(kind: type[record.Record]) -> None:
    @FEW
    @given(st.builds(kind), st.data())
    def alike(message: Any, data: st.DataObject) -> None:
        table = json.loads(codec.encode(message))
        key = data.draw(st.sampled_from([*table, "stranger"]))
        wrong = json.dumps(data.draw(st.sampled_from(WRONG)))
        pairs = [f"{json.dumps(name)}:{json.dumps(value)}" for name, value in table.items() if name != key]
        was = [f"{json.dumps(key)}:{json.dumps(table[key])}"] if key in table else []
        for parts in (pairs, [*pairs, f'"{key}":{wrong}'], [*pairs, f'"{key}":{wrong}', *was]):
            line = f"{{{','.join(parts)}}}".encode()
            assert outcome(TWIN, line) == outcome(codec, line), line

    alike()


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_fares_alike(text: bytes) -> None:
    assert outcome(PLAIN_TEXT, text) == outcome(json_text, text)


@FEW
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(width=64, max_value=1e300) | UNICODE,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(UNICODE, inner, max_size=3),
    )
)
def test_any_value_is_written_alike(value: Any) -> None:
    assert PLAIN_TEXT.encode(value) == json_text.encode(value)


@pytest.mark.parametrize(
    "number", [1e15, 1e16, 1.5e22, 1e-4, 1e-5, -1.25e-5, 1e-6, 5e-324, 1e300, -0.0, inf, nan]
)
def test_numbers_have_the_same_digits(number: float) -> None:
    assert PLAIN_TEXT.encode(number) == json_text.encode(number)


@pytest.mark.parametrize(
    "name", ["AuditHead", "AttemptRecord", "NumberListed", "RegistersRead", "AuditClose"]
)
def test_audit_files_are_alike(name: str) -> None:
    @FEW
    @given(st.builds(getattr(audit_file, name)))
    def alike(entry: Any) -> None:
        line = audit_file.Chain().line(entry)
        assert [PLAIN_AUDIT.Chain().line(read) for read in PLAIN_AUDIT.read_entries([line])] == [line]

    alike()


def test_an_entity_is_itself_and_a_record_its_values() -> None:
    for side in (record, PLAIN_RECORD):

        class Thing(side.Entity, kw_only=True):  # type: ignore[name-defined,misc]
            names: list[str] = []  # noqa: RUF012  # a copy for each, on both sides

        class Value(side.Record, frozen=True, order=True):  # type: ignore[name-defined,misc]
            name: str
            number: int = 0

        one, other = Thing(), Thing()
        one.names.append("x")
        assert one != other
        assert other.names == []
        assert Value("a") == Value("a", 0)
        assert hash(Value("a")) == hash(Value("a"))
        assert Value("a") < Value("b")
        assert side.replace(Value("a"), number=2) == Value("a", 2)
        assert side.astuple(Value("a")) == ("a", 0)
        assert side.asdict(Value("a")) == {"name": "a", "number": 0}
        with pytest.raises(TypeError):
            side.replace(Value("a"), stranger=1)
