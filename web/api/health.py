"""Whether the program lives: for load balancers and service managers, without signing in."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthy() -> dict[str, str]:
    """Tell that the program runs and its loop turns."""
    return {"status": "ok"}
