"""Feeds: what is told of a topic, numbered, with the last frames kept for whoever comes back.

A frame is encoded once, however many follow the feed. Numbers begin at the instant of the start, in
microseconds: no number of an earlier start is ever taken for one of this.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import orjson

from web.live.topic import Change, Topic
from web.views.view import View

KEPT_MAX = 200
"""Frames kept of a topic: forty seconds of figures, more than a page takes to come back."""


class Feed:
    """What happened, told one by one: the frames of one topic; `seq` is the number of the last."""

    def __init__(self, topic: Topic, began_us: int) -> None:
        self.topic = topic
        self.seq = began_us
        self._kept: deque[str] = deque(maxlen=KEPT_MAX)
        self._news: list[orjson.Fragment] = []

    def since(self, seq: int) -> Sequence[str] | None:
        """Return the frames after the number `seq`, None where they are not all kept any more."""
        behind = self.seq - seq
        if not 0 <= behind <= len(self._kept):
            return None
        return [self._kept[place] for place in range(len(self._kept) - behind, len(self._kept))]

    def snapshot(self) -> str:
        """Return the frame from which on the next ones make sense."""
        return self._frame("snapshot", rows={})

    def add(self, change: Change) -> None:
        """Take in what became of a row, or what happened, to be told with the next `tell`."""
        if change.view is not None:
            self._news.append(orjson.Fragment(change.view.model_dump_json()))

    def tell(self) -> bool:
        """Tell what was taken in, a frame each; return whether there was anything."""
        news, self._news = self._news, []
        for event in news:
            self._keep("event", event=event)
        return bool(news)

    def _keep(self, kind: str, **content: Any) -> None:
        self.seq += 1
        self._kept.append(self._frame(kind, **content))

    def _frame(self, kind: str, **content: Any) -> str:
        return orjson.dumps({"kind": kind, "topic": self.topic.name, "seq": self.seq, **content}).decode()


class Table(Feed):
    """Rows by key, as they were last told, and how they change."""

    def __init__(self, topic: Topic, began_us: int) -> None:
        super().__init__(topic, began_us)
        self.rows: dict[str, View] = {}
        self._encoded: dict[str, orjson.Fragment] = {}
        self._put: dict[str, tuple[View, orjson.Fragment]] = {}
        self._gone: dict[str, None] = {}

    def snapshot(self) -> str:
        """Return the frame of all rows."""
        return self._frame("snapshot", rows=self._encoded)

    def add(self, change: Change) -> None:
        """Take in what became of a row; of several changes of one the last is told."""
        key, view = change.key, change.view
        self._put.pop(key, None)
        self._gone.pop(key, None)
        if view is None and key in self.rows:
            self._gone[key] = None
        elif view is not None and view != self.rows.get(key):
            self._put[key] = view, orjson.Fragment(view.model_dump_json())

    def tell(self) -> bool:
        """Tell in one frame which rows are others than before; return whether any is."""
        put, self._put = self._put, {}
        gone, self._gone = self._gone, {}
        if not put and not gone:
            return False
        encoded = {key: row for key, (_, row) in put.items()}
        self.rows |= {key: view for key, (view, _) in put.items()}
        self._encoded |= encoded
        for key in gone:
            del self.rows[key], self._encoded[key]
        self._keep("delta", set=encoded, gone=list(gone))
        return True
