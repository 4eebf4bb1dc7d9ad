"""Ports that are opened, by the keys of the configuration that name them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def opening(key: str) -> Iterator[None]:
    """Name the key of the port that cannot be had in the `OSError` that says why."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{key}: {error.strerror or error}") from error
