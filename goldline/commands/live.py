"""Commands of a call center at work: the demonstration, the live engine, and terminals beside them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Annotated

import typer

from goldline.commands.options import CONFIG, AsJson, ConfigFile
from goldline.commands.printing import print_figures, tell
from goldline.roles import ServeRole

live_app = typer.Typer()


@live_app.command()
def demo(
    headless: Annotated[bool, typer.Option(help="No picture: a fixed day in virtual time.")] = False,
    as_json: AsJson = False,
    seed: Annotated[int, typer.Option(help="Which day: the same seed gives the same day.")] = 7,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="Seconds that pass in one.")] = 1.0,
    minutes: Annotated[float, typer.Option(min=0, help="Stop after this many minutes; 0: never.")] = 0,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where the pages are.")] = 8080,
    browser: Annotated[bool, typer.Option(help="Open the pages in the browser.")] = True,
) -> None:
    """Show the engine routing calls, with a simulated Asterisk and people, on this machine alone."""
    if headless:
        from goldline.demo.day import in_short, run_day

        day = run_day(seed, progress=not as_json)
        tell(in_short(day) if as_json else day, print_figures, as_json)
    else:
        from goldline.demo.show import ShowSettings, run_show

        settings = ShowSettings(seed=seed, speed=speed, web_port=port)
        asyncio.run(run_show(settings, minutes * 60, browser))


@live_app.command()
def serve(
    config: ConfigFile = CONFIG,
    role: Annotated[ServeRole, typer.Option(help="Engine and web side apart are linked by the bus.")] = (
        ServeRole.ALL
    ),
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Of the pages, instead of the configured one; 0: any."),
    ] = None,
) -> None:
    """Work live on the Asterisk that the configuration names, until interrupted."""
    from goldline.serve import run_server

    asyncio.run(run_server(config, role, port))


@live_app.command()
def top(
    url: Annotated[str, typer.Option(help="Where the pages are.")] = "http://127.0.0.1:8080",
    login: Annotated[str, typer.Option(help="Sign in as this person; the password is asked for.")] = "",
    demo: Annotated[bool, typer.Option(help="Look at the demonstration that runs beside.")] = False,
) -> None:
    """Show the wallboard in this terminal: with the key in GOLDLINE_KEY, as a person, or of the demo."""
    from goldline.demo.people import PASSWORD, WALL
    from goldline.top import Door, password_of, show_board, sign_in, site_at

    url = site_at(url)
    if demo:
        door = sign_in(url, WALL, PASSWORD)
    else:
        door = (
            sign_in(url, login, password_of(login))
            if login
            else Door(url=url, key=os.environ.get("GOLDLINE_KEY", ""))
        )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(show_board(door))


@live_app.command()
def desk(
    agent: str,
    extension: Annotated[str, typer.Option(help="The phone, as Asterisk dials it, such as PJSIP/1001.")],
    standing: Annotated[bool, typer.Option(help="Let it be rung once, and the call stand.")] = False,
    config: ConfigFile = CONFIG,
) -> None:
    """Sit down as an agent in this terminal: the caller's record as lines, wishes as words."""
    from goldline.config import load_config
    from web.terminal_desk import sit_down

    door = load_config(config).desk
    url = f"ws://{door.host}:{door.port}/desk/{agent}"
    asyncio.run(sit_down(url, door.token.get_secret_value(), extension, standing))
