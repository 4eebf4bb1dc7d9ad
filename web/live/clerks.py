"""Clerks: they ask the engine and the stores, beside the live side, what no event tells.

A fault of one is logged, and stays its own: nobody would see that a board has stopped in the middle of a day.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

log = structlog.get_logger()

REST_S = 10.0
"""How long a clerk who failed is left alone: the log shall not be full of one fault."""


class Clerk(Protocol):
    """Somebody who asks, and hands what is answered to a fold."""

    async def run(self) -> None:
        """Ask for ever."""
        ...


async def keep_at_work(*clerks: Clerk) -> None:
    """Let all clerks work until this is cancelled; who fails begins anew."""
    async with asyncio.TaskGroup() as group:
        for clerk in clerks:
            group.create_task(_keep_at_work(clerk))


async def _keep_at_work(clerk: Clerk) -> None:
    while True:
        try:
            await clerk.run()
        except Exception:
            log.exception("clerk_failed", clerk=type(clerk).__name__)
        await asyncio.sleep(REST_S)
