"""The envelope of every message: a CloudEvent 1.0 in structured JSON, and the seal of those of the link.

The fields are those of the CloudEvents specification, section "Context Attributes". Whoever reads ignores
fields and types it does not know; a change that a reader could trip over gets a new type (`...v2`).

`seal` is an extension of ours: a code (HMAC-SHA256, RFC 2104) over the message with the token that engine
and web share. What the link says is believed with it only: a broker let open by mistake gives no orders.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import orjson

from core.kernel import json_text
from core.kernel.clock import SECOND_US
from core.kernel.record import Struct, replace

CONTENT_TYPE = "application/cloudevents+json"
"""The MQTT content type of structured JSON (CloudEvents binding for MQTT, section 3.2)."""
TYPE_PREFIX = "goldline"


class CloudEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message: `source` and `id` together name it, `data` is JSON."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    data: json_text.Raw
    seal: str = ""


_encode = json_text.Encoder().encode
_decode = json_text.Decoder(CloudEvent).decode


class Envelopes:
    """Wraps what one program of `source` tells; each message gets an id of its own that begins with `run`."""

    def __init__(self, source: str, run: str, token: str = "") -> None:
        self._source = source
        self._run = run
        self._token = token
        self._count = 0

    def wrap(self, kind: str, subject: str, at_us: int, content: Any, *, sealed: bool = False) -> bytes:
        """Return the message of type `kind`, such as `queue.state.v1`, about `subject`."""
        self._count += 1
        data = content if isinstance(content, bytes) else orjson.dumps(content)
        event = CloudEvent(
            specversion="1.0",
            id=f"{self._run}-{self._count}",
            source=self._source,
            type=f"{TYPE_PREFIX}.{kind}",
            subject=subject,
            time=instant(at_us),
            datacontenttype="application/json",
            data=json_text.Raw(data),
        )
        if sealed:
            event = replace(event, seal=_seal(event, self._token))
        return _encode(event)


def unwrap(payload: bytes) -> CloudEvent | None:
    """Return the message in `payload`, None where it is no CloudEvent."""
    try:
        event = _decode(payload)
    except (json_text.DecodeError, UnicodeError):
        return None
    return event if event.specversion.startswith("1.") else None


def unsealed(payload: bytes, token: str) -> CloudEvent | None:
    """Return the message in `payload`, None where it does not have the seal of `token`."""
    event = unwrap(payload)
    if event is None or not token or not hmac.compare_digest(_seal(event, token), event.seal):
        return None
    return event


def instant(at_us: int) -> str:
    """Return an instant as RFC 3339 writes it, UTC, to the microsecond."""
    whole_s, rest_us = divmod(at_us, SECOND_US)
    moment = datetime.fromtimestamp(whole_s, UTC).replace(microsecond=rest_us)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _seal(event: CloudEvent, token: str) -> str:
    fields = (event.id, event.source, event.type, event.subject, event.time)
    sealed = "\n".join(fields).encode() + b"\n" + bytes(event.data)
    return hmac.new(token.encode(), sealed, hashlib.sha256).hexdigest()
