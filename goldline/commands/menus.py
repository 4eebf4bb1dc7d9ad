"""Commands about menus: call one from the terminal, draw one."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

menus_app = typer.Typer()

FlowFile = Annotated[Path, typer.Argument(help="A flow.", show_default=False)]


@menus_app.command("call")
def call(
    flow: FlowFile,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Whose records callers are looked up in.")
    ] = None,
    number: Annotated[
        str, typer.Option(help="The caller's number; empty where it is withheld.")
    ] = "+12025550123",
    at: Annotated[str, typer.Option(help="When, such as 2026-11-23T09:00-05:00; without it now.")] = "",
    waiting: Annotated[int, typer.Option(min=0, help="How many wait in each queue.")] = 0,
    idle: Annotated[int, typer.Option(min=0, help="How many agents are idle.")] = 1,
    wait: Annotated[float, typer.Option(min=0, help="Seconds one waits in each queue.")] = 0,
) -> None:
    """Call a flow from this terminal: read what is said, press keys, see where it leads."""
    from goldline.try_flow import Circumstances, call_flow

    there = Circumstances(number=number, at_us=_instant_us(at), callers=waiting, agents=idle, wait_s=wait)
    asyncio.run(call_flow(flow, config, there, _tell, _ask))


@menus_app.command("draw")
def draw(flow: FlowFile) -> None:
    """Draw a flow as a Mermaid chart in Markdown, as GitHub and most editors show it."""
    from ivr.drawing import drawn
    from ivr.loader import load_flow

    loaded = load_flow(flow)
    typer.echo(f"# {loaded.name}\n\n```mermaid\n{drawn(loaded)}```")


def _tell(node: str, what: str) -> None:
    typer.echo(f"{'':16}{what}" if what else node)


def _ask(question: str) -> str | None:
    typer.echo(f"{'':14}> ({question}) ", nl=False)
    line = sys.stdin.readline()
    typed = line.strip() if line else "h"
    if not sys.stdin.isatty():
        typer.echo(typed)
    return None if typed == "h" else typed


def _instant_us(text: str) -> int:
    from goldline.instants import instant_us
    from goldline.wall_clock import WallClock

    return instant_us("--at", text) if text else WallClock().now_us()
