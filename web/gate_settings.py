"""The bounds of the gate: how long a sign-in holds, how many guesses and requests anybody has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from web.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """Who gets in and how much of anything one may take.

    A sign-in ends `sign_in_s` after it began (one shift and its overtime), or after `idle_s` without a sign
    of life; a person has `sign_ins_max` at once. Whoever was recognised is believed for `recheck_s`: so long
    may one go on whose sign-in was ended in another process.

    `guesses_of_both` wrong passwords for one login from one address within `guess_window_s` lock that pair,
    `guesses_of_login` lock the login, `guesses_of_address` the address, behind which a whole centre may sit.
    A password costs 64 MiB and a third of a second of a core to check: `hashing_at_once` are.

    Everybody has `requests_per_s`, and `requests_burst` at once; an address without a sign-in has
    `strangers_per_s` and `strangers_burst`. Answers to creating requests are kept `answers_kept_s`,
    `answers_max` for each caller.
    """

    sign_in_s: float = 12 * 3_600
    idle_s: float = 2 * 3_600
    sign_ins_max: int = 10
    recheck_s: float = 10
    guess_window_s: float = 900
    guesses_of_both: int = 5
    guesses_of_login: int = 50
    guesses_of_address: int = 100
    hashing_at_once: int = 2
    password_letters_min: int = 10
    requests_per_s: float = 50
    requests_burst: int = 200
    strangers_per_s: float = 20
    strangers_burst: int = 200
    answers_kept_s: float = 24 * 3_600
    answers_max: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """Where people sign in elsewhere, and what is made of what they are there.

    The claim `login_claim` is the login; the words of the claim `roles_claim` that `roles` names give roles.
    """

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    roles: Mapping[str, Role]
    scope: str = "openid profile"
    login_claim: str = "preferred_username"
    roles_claim: str = "roles"
