"""The description of the live connection as an AsyncAPI 3 document: written from the topics and the views.

One channel, the WebSocket; a message for what clients ask, and for each kind of frame they are told; of each
topic its own snapshot and change, so that whoever generates a client knows what stands in its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from web.live.topic import TOPICS, Topic
from web.views.frames import (
    BeatFrame,
    DeltaFrame,
    EventFrame,
    HeldElsewhereFrame,
    RefusedFrame,
    SnapshotFrame,
    WelcomeFrame,
    WishFrame,
)

ADDRESS = "/api/v1/events"
_SCHEMAS = "#/components/schemas/{model}"
_ALONE: Mapping[str, type[BaseModel]] = {
    "welcome": WelcomeFrame,
    "beat": BeatFrame,
    "event": EventFrame,
    "held_elsewhere": HeldElsewhereFrame,
    "refused": RefusedFrame,
}
"""Frames that are the same whatever the topic."""


def describe_live() -> dict[str, Any]:
    """Return the document."""
    tables = [topic for topic in TOPICS.values() if not topic.is_log]
    told = {name: _message(f"{name} frame", _ref(kind)) for name, kind in _ALONE.items()}
    for topic in tables:
        told[f"{topic.name}_snapshot"] = _message(_about(topic), _rows(SnapshotFrame, topic, "rows"))
        told[f"{topic.name}_delta"] = _message(
            f"what changed of `{topic.name}`", _rows(DeltaFrame, topic, "set")
        )
    messages = {"wish": _message("what a client asks", _ref(WishFrame))} | told
    views = dict.fromkeys(view for topic in tables for view in topic.views)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Goldline, live",
            "version": "1",
            "description": "Ignore fields, kinds and topics you do not know.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "live": {
                "address": ADDRESS,
                "description": "A WebSocket; sign in first, or show `Authorization: Bearer glk_...`.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "ask": _operation("receive", ["wish"]),
            "tell": _operation("send", list(told)),
        },
        "components": {
            "messages": messages,
            "schemas": _schemas([WishFrame], "validation")
            | _schemas([*_ALONE.values(), SnapshotFrame, DeltaFrame, *views], "serialization"),
        },
    }


def _schemas(kinds: Sequence[type[BaseModel]], mode: JsonSchemaMode) -> dict[str, Any]:
    _, schema = models_json_schema([(kind, mode) for kind in kinds], ref_template=_SCHEMAS)
    found: dict[str, Any] = schema["$defs"]
    return found


def _operation(action: str, names: Sequence[str]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/live/messages/{name}"} for name in names]
    return {"action": action, "channel": {"$ref": "#/channels/live"}, "messages": messages}


def _message(summary: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "payload": dict(payload)}


def _about(topic: Topic) -> str:
    if topic.own:
        return f"all rows of `{topic.name}`, for the agent whose they are"
    readers = "everybody" if topic.readers is None else ", ".join(sorted(topic.readers))
    return f"all rows of `{topic.name}`, for {readers}"


def _rows(frame: type[BaseModel], topic: Topic, field: str) -> dict[str, Any]:
    """Return the schema of a frame of `topic`, whose `field` has its rows by key."""
    views = [_ref(view) for view in topic.views]
    rows = {"type": "object", "additionalProperties": views[0] if len(views) == 1 else {"anyOf": views}}
    own = {"type": "object", "properties": {"topic": {"const": topic.name}, field: rows}}
    return {"allOf": [_ref(frame), own]}


def _ref(kind: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _SCHEMAS.format(model=kind.__name__)}
