"""A collection kept in order, in which the first and everybody's rank are found at once.

A sorted list in pieces of bounded length: what comes or goes moves only its own piece, and to know a rank the
pieces on the nearer side are counted. Holding 100,000, an entry costs about twice what it costs among 100.
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

    __slots__ = ("_bounds", "_pieces", "count", "first")

    def __init__(self) -> None:
        self._pieces: list[list[Entry]] = [[]]
        # Between any two pieces an entry that none before comes up to.
        self._bounds: list[Entry] = []
        self.count = 0
        self.first = LAST

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Entry]:
        """Go through the entries in order; nothing may be added or removed meanwhile."""
        for piece in self._pieces:
            yield from piece

    def add(self, entry: Entry) -> None:
        """Put `entry` in its place."""
        at = bisect_right(self._bounds, entry)
        piece = self._pieces[at]
        if not piece or entry > piece[-1]:
            piece.append(entry)
        else:
            insort(piece, entry)
        self.count += 1
        if entry < self.first:
            self.first = entry
        if len(piece) > PIECE_MAX:
            self._cut(at)

    def _cut(self, at: int) -> None:
        piece = self._pieces[at]
        half = len(piece) // 2
        self._bounds.insert(at, piece[half])
        self._pieces.insert(at + 1, piece[half:])
        del piece[half:]

    def remove(self, entry: Entry) -> None:
        """Take `entry` out; raise `KeyError` where it is not in."""
        at = bisect_right(self._bounds, entry)
        piece = self._pieces[at]
        within = 0 if entry is self.first else bisect_left(piece, entry)
        if within == len(piece) or piece[within] != entry:
            raise KeyError(entry)
        del piece[within]
        self.count -= 1
        if not piece and self._bounds:
            del self._pieces[at]
            del self._bounds[at - 1 if at else 0]
        if not within:
            piece = self._pieces[0]
            self.first = piece[0] if piece else LAST

    def second(self) -> Entry:
        """Return the entry after the first, `LAST` where there is none."""
        piece = self._pieces[0]
        if len(piece) > 1:
            return piece[1]
        return self._pieces[1][0] if self._bounds else LAST

    def rank(self, entry: Entry) -> int:
        """Return how many entries come before `entry`, which need not be in."""
        at = bisect_right(self._bounds, entry)
        if at * 2 < len(self._pieces):
            before = sum(map(len, self._pieces[:at]))
        else:
            before = self.count - sum(map(len, self._pieces[at:]))
        return before + bisect_left(self._pieces[at], entry)
