"""Lots that nobody has to draw or to keep: what they are cast for decides them, always and everywhere."""

from __future__ import annotations

from hashlib import blake2b


def lot(*words: str, of: int) -> int:
    """Return a number from 0 to below `of` that the words alone decide; 0 where `of` is 0."""
    digest = blake2b("\0".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % of if of else 0
