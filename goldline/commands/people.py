"""`goldline people`: who may sign in, and keys of programs.

Passwords are never arguments, which every process of the machine can read.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from core.kernel.errors import GoldlineError
from core.model.person import LOGIN, Person, PersonChange
from goldline.commands.options import CONFIG, ConfigFile
from web.roles import Role

if TYPE_CHECKING:
    from goldline.people import Register

people_app = typer.Typer(help="Who may sign in, and keys of programs.", no_args_is_help=True)

T = TypeVar("T")
LoginName = Annotated[str, typer.Argument(help="What the person signs in as.")]
Roles = Annotated[list[Role], typer.Option("--role", help="What the person may do; any number.")]
Scopes = Annotated[list[Role], typer.Option("--scope", help="What the program may do; any number.")]


@people_app.command("add")
def add(
    login: LoginName,
    role: Roles,
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    agent: Annotated[str, typer.Option(help="The agent whose desk it is.")] = "",
    config: ConfigFile = CONFIG,
) -> None:
    """Let somebody sign in; the password is asked for, or read from a pipe."""
    _check_login(login)
    person = Person(login=login, name=name or login, roles=tuple(dict.fromkeys(role)), agent_id=agent)
    password = _password()
    _with_register(config, lambda register: register.add(person, password))
    typer.echo(f"{login} may sign in as {', '.join(person.roles)}")


@people_app.command("list")
def everybody(config: ConfigFile = CONFIG) -> None:
    """Tell who may sign in, and which keys there are."""
    people, keys = _with_register(config, lambda register: register.everybody())
    for person in people:
        state = "disabled" if person.disabled else ", ".join(person.roles)
        typer.echo(f"{person.login}\t{person.name}\t{state}\t{person.agent_id}".rstrip())
    for key in keys:
        typer.echo(f"key {key.key_id}\t{key.name}\t{', '.join(key.scopes)}")


@people_app.command("disable")
def disable(login: LoginName, config: ConfigFile = CONFIG) -> None:
    """Let somebody sign in no more; browsers in which they are signed in are out within seconds."""
    _change_disabled(config, login, disabled=True)


@people_app.command("enable")
def enable(login: LoginName, config: ConfigFile = CONFIG) -> None:
    """Let somebody sign in again who was disabled."""
    _change_disabled(config, login, disabled=False)


@people_app.command("password")
def password(login: LoginName, config: ConfigFile = CONFIG) -> None:
    """Give somebody a new password; it is asked for, or read from a pipe."""
    typed = _password()
    _with_register(config, lambda register: register.set_password(login, typed))
    typer.echo(f"{login} has a new password")


@people_app.command("key")
def key(
    name: Annotated[str, typer.Argument(help="The program's name.")],
    scope: Scopes,
    days: Annotated[
        int, typer.Option(min=0, max=36_500, help="How long it holds; 0: until it is revoked.")
    ] = 0,
    config: ConfigFile = CONFIG,
) -> None:
    """Make a key for a program and print it, once."""
    scopes = tuple(dict.fromkeys(scope))
    made, secret = _with_register(config, lambda register: register.make_key(name, scopes, days))
    typer.echo(f"key {made.key_id} of {name}; it is not shown again", err=True)
    typer.echo(secret)


@people_app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id that `list` shows.")],
    config: ConfigFile = CONFIG,
) -> None:
    """Let a program's key be worth nothing any more."""
    _with_register(config, lambda register: register.revoke_key(key_id))
    typer.echo(f"key {key_id} is revoked")


def _change_disabled(config: Path, login: str, *, disabled: bool) -> None:
    action = "disable" if disabled else "enable"
    change = PersonChange(disabled=disabled)
    _with_register(config, lambda register: register.change(login, change, f"people {action}"))
    typer.echo(f"{login} is {action}d")


def _with_register(config: Path, act: Callable[[Register], Awaitable[T]]) -> T:
    """Return what `act` does with the register of the configured database."""
    from goldline.people import open_register

    async def run() -> T:
        async with open_register(config) as register:
            return await act(register)

    return asyncio.run(run())


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


def _check_login(login: str) -> None:
    if not re.fullmatch(LOGIN, login):
        raise GoldlineError(f"{login!r}: a login is small letters, digits and . _ @ -, such as anna")
