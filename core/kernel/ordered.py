"""A collection kept in order, in which the first, the last and everybody's rank are found at once.

A sorted list in pieces of bounded length: what comes or goes moves only its own piece, and in the order of
time nearly all comes at the end and goes at the front. To know a rank, the pieces on the nearer side are
counted. Holding 100,000, an entry costs about twice what it costs among 100 (`benchmarks.routing`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

T = TypeVar("T", bound=tuple[Any, ...])

PIECE_MAX = 1_024
"""Entries in one piece before it is cut in two: a few kilobytes moved beside some hundred pieces searched."""


class Ordered(Generic[T]):
    """Tuples in ascending order, none twice."""

    __slots__ = ("_count", "_lasts", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[list[T]] = []
        self._lasts: list[T] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        """Go through the entries in order; nothing may be added or removed meanwhile."""
        for piece in self._pieces:
            yield from piece

    def add(self, entry: T) -> None:
        """Put `entry` in its place."""
        self._count += 1
        lasts = self._lasts
        if not lasts:
            self._pieces.append([entry])
            lasts.append(entry)
            return
        at = bisect_left(lasts, entry)
        if at == len(lasts):
            at -= 1
            self._pieces[at].append(entry)
            lasts[at] = entry
        else:
            insort(self._pieces[at], entry)
        if len(self._pieces[at]) > PIECE_MAX:
            self._cut(at)

    def _cut(self, at: int) -> None:
        piece = self._pieces[at]
        half = len(piece) // 2
        self._pieces.insert(at + 1, piece[half:])
        del piece[half:]
        self._lasts.insert(at, piece[-1])

    def remove(self, entry: T) -> None:
        """Take `entry` out; raise `KeyError` where it is not in."""
        at = bisect_left(self._lasts, entry)
        piece = self._pieces[at] if at < len(self._pieces) else []
        within = bisect_left(piece, entry)
        if within == len(piece) or piece[within] != entry:
            raise KeyError(entry)
        del piece[within]
        self._count -= 1
        if not piece:
            del self._pieces[at], self._lasts[at]
        elif within == len(piece):
            self._lasts[at] = piece[-1]

    def first(self) -> T:
        """Return the first entry; raise `IndexError` where there is none."""
        return self._pieces[0][0]

    def head(self, count: int) -> list[T]:
        """Return the first `count` entries, or all where there are fewer."""
        if self._pieces and len(self._pieces[0]) >= count:
            return self._pieces[0][:count]
        return list(islice(self, count))

    def rank(self, entry: T) -> int:
        """Return how many entries come before `entry`, which need not be in."""
        at = bisect_left(self._lasts, entry)
        if at == len(self._lasts):
            return self._count
        if at * 2 < len(self._pieces):
            before = sum(map(len, self._pieces[:at]))
        else:
            before = self._count - sum(map(len, self._pieces[at:]))
        return before + bisect_left(self._pieces[at], entry)
