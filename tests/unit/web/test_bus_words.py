"""Topics and envelopes of the bus: no id reaches beyond its level, nothing unsealed is believed."""

from __future__ import annotations

import re
from urllib.parse import unquote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.bus.envelope import Envelopes, instant, unsealed, unwrap
from web.bus.topics import Topics, level

TOKEN = "shared by engine and web"


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_an_id_is_one_level_of_lowercase_ascii_and_comes_back(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9_.%-]*", level(name))
    assert unquote(level(name)) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cards", "cards"),
        ("C-1-000017", "%43-1-000017"),
        ("a/+#$", "a%2f%2b%23%24"),
        ("客服", "%e5%ae%a2%e6%9c%8d"),
    ],
)
def test_ids_as_they_stand_in_topics(name: str, expected: str) -> None:
    assert Topics("main").state("queue", name) == f"goldline/v1/main/queue/{expected}/state"


def test_a_message_is_a_cloud_event_in_structured_json() -> None:
    payload = Envelopes("main/engine", "12").wrap("queue.state.v1", "cards", 1_500_000, {"waiting": 3})
    assert orjson.loads(payload) == {
        "specversion": "1.0",
        "id": "12-1",
        "source": "main/engine",
        "type": "goldline.queue.state.v1",
        "subject": "cards",
        "time": "1970-01-01T00:00:01.500000Z",
        "datacontenttype": "application/json",
        "data": {"waiting": 3},
    }


def test_each_message_has_an_id_of_its_own() -> None:
    envelopes = Envelopes("main/engine", "12")
    ids = [orjson.loads(envelopes.wrap("queue.state.v1", "cards", 0, {}))["id"] for _ in range(3)]
    assert ids == ["12-1", "12-2", "12-3"]


def test_fields_and_types_that_a_later_version_adds_are_passed_over() -> None:
    payload = orjson.dumps(
        {
            "specversion": "1.1",
            "id": "1",
            "source": "s",
            "type": "goldline.queue.mood.v3",
            "subject": "cards",
            "time": instant(0),
            "datacontenttype": "application/json",
            "data": {"mood": "good"},
            "traceparent": "00-1-1-01",
        }
    )
    event = unwrap(payload)
    assert event is not None
    assert orjson.loads(bytes(event.data)) == {"mood": "good"}


@pytest.mark.parametrize("payload", [b"", b"{}", b"[1]", b"\xff", b'{"specversion":"2.0"}'])
def test_what_is_no_cloud_event_is_none(payload: bytes) -> None:
    assert unwrap(payload) is None


def test_the_seal_holds_every_field_of_the_message() -> None:
    payload = Envelopes("main/web", "w", TOKEN).wrap(
        "link.request.v1", "w", 0, {"agent": "anna"}, sealed=True
    )
    assert unsealed(payload, TOKEN) is not None
    assert unsealed(payload, "another token") is None
    for field, forged in (("id", "w-2"), ("source", "x"), ("subject", "y"), ("time", instant(1))):
        assert unsealed(orjson.dumps(orjson.loads(payload) | {field: forged}), TOKEN) is None
    assert unsealed(payload.replace(b"anna", b"bert"), TOKEN) is None


def test_without_a_token_nothing_is_believed() -> None:
    payload = Envelopes("main/web", "w").wrap("link.request.v1", "w", 0, {}, sealed=True)
    assert unsealed(payload, "") is None
