"""The command line: all commands together, and how it says that something is wrong."""

from __future__ import annotations

import os
import platform
from typing import Annotated, NoReturn

import typer

from core.kernel.errors import ConfigError, GoldlineError
from core.kernel.interpreter import COMPILED
from goldline import __version__
from goldline.commands.campaign import campaign_app
from goldline.commands.customers import crm_app
from goldline.commands.estimate import estimate_app
from goldline.commands.live import live_app
from goldline.commands.menus import menus_app
from goldline.commands.people import people_app
from goldline.commands.reasons import reasons_app
from goldline.commands.setting_up import setting_up_app
from goldline.commands.study import study_app

app = typer.Typer(
    help="Call-centre routing for Asterisk: value-aware, explained, proved on its own simulator.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for commands in (live_app, study_app, setting_up_app, menus_app, reasons_app):
    app.add_typer(commands)
app.add_typer(crm_app, name="crm")
app.add_typer(estimate_app, name="estimate")
app.add_typer(campaign_app, name="campaign")
app.add_typer(people_app, name="people")


def tell_version(is_asked: bool) -> None:
    """Print which Goldline this is, and on which Python, where that is asked."""
    if is_asked:
        typer.echo(f"goldline {__version__} ({platform.python_implementation()} {platform.python_version()})")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=tell_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Take what stands before the command."""


def main() -> None:
    """Run the command line; an error of the user's or of the machine's is one line and exit status 2."""
    try:
        app()
    except (GoldlineError, OSError) as error:
        _refuse(error)
    except ImportError as error:
        if COMPILED:
            raise
        _refuse(GoldlineError(f"PyPy runs simulations alone: this needs CPython ({error.name})"))


def _refuse(error: GoldlineError | OSError) -> NoReturn:
    kind = "configuration" if isinstance(error, ConfigError) else "error"
    typer.echo(f"goldline: {kind}: {_said(error)}", err=True)
    raise SystemExit(2)


def _said(error: GoldlineError | OSError) -> str:
    """Return what is wrong; of a file that cannot be had the name comes first, as of one with a mistake."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return str(error)
