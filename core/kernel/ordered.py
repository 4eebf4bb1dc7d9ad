"""A collection kept in order, in which the first and everybody's rank are found at once.

A sorted list, cut into pieces of bounded length where it grows long: what comes or goes moves only its own
piece, and to know a rank the pieces on the nearer side are counted. Holding 100,000, an entry costs about
twice what it costs among 100.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any

Entry = tuple[Any, ...]

LAST: Entry = (float("inf"),)
"""Comes after every entry, whose first part is a number."""

PIECE_MAX = 1_024
"""Entries in one piece before it is cut in two: a few kilobytes moved beside some hundred pieces searched."""


class Ordered:
    """Tuples in ascending order, none twice: `count` of them, the `first` one or `LAST`."""

    __slots__ = ("_bounds", "_head", "_later", "count", "first")

    def __init__(self) -> None:
        # The first piece, mostly the only one; it is empty only where there is no other.
        self._head: list[Entry] = []
        # The pieces after it, and before each an entry that none before comes up to.
        self._later: list[list[Entry]] | None = None
        self._bounds: list[Entry] | None = None
        self.count = 0
        self.first = LAST

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Entry]:
        """Go through the entries in order; nothing may be added or removed meanwhile."""
        yield from self._head
        for piece in self._later or ():
            yield from piece

    def add(self, entry: Entry) -> None:
        """Put `entry` in its place."""
        piece = self._piece(entry) if self._bounds else self._head
        if not piece or entry > piece[-1]:
            piece.append(entry)
        else:
            insort(piece, entry)
        self.count += 1
        if entry < self.first:
            self.first = entry
        if len(piece) > PIECE_MAX:
            self._cut(piece)

    def remove(self, entry: Entry) -> None:
        """Take `entry` out; raise `KeyError` where it is not in."""
        piece = self._piece(entry) if self._bounds else self._head
        within = 0 if entry is self.first else bisect_left(piece, entry)
        if within == len(piece) or piece[within] != entry:
            raise KeyError(entry)
        del piece[within]
        self.count -= 1
        if not within:
            if not piece and self._bounds:
                self._drop(entry)
            self.first = self._head[0] if self._head else LAST

    def second(self) -> Entry:
        """Return the entry after the first, `LAST` where there is none."""
        if len(self._head) > 1:
            return self._head[1]
        return self._later[0][0] if self._later else LAST

    def rank(self, entry: Entry) -> int:
        """Return how many entries come before `entry`, which need not be in."""
        if not self._bounds or not self._later:
            head = self._head
            return len(head) - 1 if head and entry is head[-1] else bisect_left(head, entry)
        at = bisect_right(self._bounds, entry)
        if not at:
            return bisect_left(self._head, entry)
        if at * 2 < len(self._later):
            before = len(self._head) + sum(map(len, self._later[: at - 1]))
        else:
            before = self.count - sum(map(len, self._later[at - 1 :]))
        return before + bisect_left(self._later[at - 1], entry)

    # --- pieces ------------------------------------------------------------------------------------

    def _piece(self, entry: Entry) -> list[Entry]:
        """Return the piece in which `entry` is, or belongs."""
        assert self._bounds is not None
        assert self._later is not None
        at = bisect_right(self._bounds, entry)
        return self._later[at - 1] if at else self._head

    def _cut(self, piece: list[Entry]) -> None:
        half = len(piece) // 2
        rest = piece[half:]
        del piece[half:]
        if self._bounds is None or self._later is None:
            self._bounds, self._later = [], []
        at = bisect_right(self._bounds, rest[0])
        self._bounds.insert(at, rest[0])
        self._later.insert(at, rest)

    def _drop(self, entry: Entry) -> None:
        """Do away with the piece of which `entry` was the last."""
        assert self._bounds is not None
        assert self._later is not None
        at = bisect_right(self._bounds, entry)
        if at:
            del self._later[at - 1], self._bounds[at - 1]
        else:
            self._head = self._later.pop(0)
            del self._bounds[0]
