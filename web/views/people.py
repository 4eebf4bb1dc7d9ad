"""People and programs who sign in, and what is written down of their deeds."""

from __future__ import annotations

from datetime import datetime

from web.views.view import View


class SignedInView(View):
    """Who is signed in, and how they like the pages. `csrf_token` is what writes must show.

    `extension` is the phone last used at the desk; `keys` are the keys that the person changed, by action.
    """

    login: str
    name: str
    roles: tuple[str, ...]
    agent_id: str | None
    csrf_token: str
    language: str
    theme: str
    keys: dict[str, str]
    extension: str


class WaysView(View):
    """How people can sign in: with a password here, or `elsewhere` (OpenID Connect)."""

    password: bool
    elsewhere: bool


class PersonView(View):
    """A person as administrators see one; nobody sees a password."""

    login: str
    name: str
    roles: tuple[str, ...]
    agent_id: str | None
    extension: str
    language: str
    disabled: bool
    has_password: bool


class KeyView(View):
    """A program's key: what it may, who made it, when it ends. Itself it is shown once (`MadeKeyView`)."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    made_by: str
    made: datetime
    ends: datetime | None


class MadeKeyView(KeyView):
    """A new key, with what the program has to show."""

    key: str


class AuditView(View):
    """Who did what on whom; `outcome` is the status and, of what was refused, the code."""

    at: datetime
    who: str
    action: str
    subject: str
    outcome: str
    why: str
