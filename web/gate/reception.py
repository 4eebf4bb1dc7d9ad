"""Signing in and out: a password or another site's word against a token for the browser.

Each sign-in is a token of its own, made here and never taken from the browser, so a token that somebody else
planted there is worth nothing. Whoever guesses is locked out for a while; an unknown login takes as long, and
is locked out as soon, as a known one.
"""

from __future__ import annotations

from http import HTTPStatus

from core.kernel.clock import Clock, microseconds
from core.model.person import AttemptLimits, Person, PersonChange, SignIn
from web.gate.passwords import PasswordChecker
from web.gate.recognition import Recognition
from web.gate.tokens import hash_of, new_token
from web.gate_settings import GateSettings
from web.ports import PeopleStore
from web.problems import ProblemRaised


class Reception:
    """Lets people in and out."""

    def __init__(
        self, people: PeopleStore, recognition: Recognition, settings: GateSettings, clock: Clock
    ) -> None:
        self._people = people
        self._recognition = recognition
        self._settings = settings
        self._clock = clock
        self._passwords = PasswordChecker(settings.hashing_at_once)

    async def check(self, login: str, password: str, address: str) -> Person:
        """Return whose login and password these are; raise a problem where they fit nobody, or too often."""
        limits = self._limits()
        if not await self._people.claim_attempt(login, address, self._clock.now_us(), limits):
            raise _locked_out(self._settings)
        person = await self._people.person(login)
        is_right = await self._passwords.matches(password, "" if person is None else person.password_hash)
        if person is None or not is_right or person.disabled:
            detail = "no login with this password"
            raise ProblemRaised(HTTPStatus.UNAUTHORIZED, "wrong_password", detail)
        await self._people.forgive_attempts(login, address)
        return person

    async def let_in(self, person: Person, old_token: str = "") -> str:
        """Sign `person` in and return the new token; that of the browser's last sign-in is over."""
        if old_token:
            await self.let_out(old_token)
        token, now_us = new_token(), self._clock.now_us()
        sign_in = SignIn(
            token_hash=hash_of(token),
            login=person.login,
            began_us=now_us,
            seen_us=now_us,
            ends_us=now_us + microseconds(self._settings.sign_in_s),
        )
        await self._people.begin_sign_in(sign_in, self._settings.sign_ins_max)
        return token

    async def let_out(self, token: str) -> None:
        """End the sign-in of this token."""
        await self._people.end_sign_in(hash_of(token))
        self._recognition.forget_token(token)

    async def change(self, login: str, change: PersonChange, kept_token: str = "") -> Person | None:
        """Change a person at once; whoever has another password or is disabled is signed out.

        The browser of `kept_token`, in which it was asked, stays signed in.
        """
        person = await self._people.change_person(login, change)
        if change.password_hash is not None or change.disabled:
            await self._people.end_sign_ins(login, but=hash_of(kept_token) if kept_token else "")
        self._recognition.forget(login)
        return person

    async def set_password(self, login: str, password: str, kept_token: str = "") -> Person | None:
        """Give a person a new password; raise a problem where it is too short to be one."""
        change = PersonChange(password_hash=await self.new_hash(password))
        return await self.change(login, change, kept_token)

    async def new_hash(self, password: str) -> str:
        """Return the hash of a new password; raise a problem where it is too short to be one."""
        letters_min = self._settings.password_letters_min
        if len(password) < letters_min:
            detail = f"a password has at least {letters_min} letters"
            raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "password_too_short", detail)
        return await self._passwords.hash(password)

    def _limits(self) -> AttemptLimits:
        settings = self._settings
        return AttemptLimits(
            since_us=self._clock.now_us() - microseconds(settings.guess_window_s),
            of_both=settings.guesses_of_both,
            of_login=settings.guesses_of_login,
            of_address=settings.guesses_of_address,
        )


def _locked_out(settings: GateSettings) -> ProblemRaised:
    wait_s = f"{settings.guess_window_s:.0f}"
    detail = f"too many wrong passwords; try again after {wait_s} seconds, or ask for a new password"
    return ProblemRaised(HTTPStatus.TOO_MANY_REQUESTS, "locked_out", detail, {"Retry-After": wait_s})
