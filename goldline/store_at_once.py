"""A store of leads in a database, for a world whose time stands still while the database answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

from core.ports import LeadStore


def at_once(store: LeadStore, loop: asyncio.Runner) -> LeadStore:
    """Return `store` with every answer there when it is asked for: `loop` fetches it, and is waited for."""
    return cast(LeadStore, _AtOnce(store, loop))


class _AtOnce:
    """Whatever the port has, by the same names."""

    def __init__(self, store: LeadStore, loop: asyncio.Runner) -> None:
        self._store = store
        self._loop = loop

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        question = getattr(self._store, name)

        async def answer(*asked: Any) -> Any:
            return self._loop.run(question(*asked))

        return answer
