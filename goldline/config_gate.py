"""The gate's side of the configuration: how long sign-ins hold, and how much anybody may ask."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

from pydantic import Field, SecretStr

from core.kernel.errors import ConfigError
from goldline.section import Section
from web.gate_settings import GateSettings, OidcSettings
from web.roles import Role

_USUAL = GateSettings()


class GateSection(Section):
    """How long a sign-in holds, how many wrong passwords lock it, how much anybody may ask."""

    sign_in_hours: Annotated[float, Field(gt=0, le=168)] = _USUAL.sign_in_s / 3_600
    """After so long a sign-in ends, whatever is done with it."""
    idle_minutes: Annotated[float, Field(gt=0, le=10_080)] = _USUAL.idle_s / 60
    """After so long without a page open it ends too."""
    guess_window_s: Annotated[float, Field(ge=1, le=86_400)] = _USUAL.guess_window_s
    """For so long wrong passwords count, and lock."""
    guesses_of_both: Annotated[int, Field(ge=1, le=1_000)] = _USUAL.guesses_of_both
    """Wrong passwords of one login from one address."""
    guesses_of_login: Annotated[int, Field(ge=1, le=100_000)] = _USUAL.guesses_of_login
    """Wrong passwords of one login from anywhere."""
    guesses_of_address: Annotated[int, Field(ge=1, le=100_000)] = _USUAL.guesses_of_address
    """Wrong passwords from one address, behind which a whole centre may sit."""
    requests_per_s: Annotated[float, Field(ge=1, le=10_000)] = _USUAL.requests_per_s
    """Requests of one person or program."""
    requests_burst: Annotated[int, Field(ge=1, le=100_000)] = _USUAL.requests_burst
    """Requests of one person or program at once."""
    strangers_per_s: Annotated[float, Field(ge=1, le=10_000)] = _USUAL.strangers_per_s
    """Requests from one address where nobody is signed in."""
    strangers_burst: Annotated[int, Field(ge=1, le=100_000)] = _USUAL.strangers_burst
    """The same at once: everybody who comes to work."""


class OidcSection(Section):
    """Where people sign in elsewhere, by OpenID Connect."""

    issuer: Annotated[str, Field(pattern=r"^https?://\S+$")]
    """The provider, as it calls itself."""
    client_id: str
    """What we are called there."""
    secret: SecretStr
    """What proves that we are it."""
    roles: dict[str, Role] = Field(min_length=1)
    """What the provider's words for people's roles are here."""
    scope: str = "openid profile"
    """What we ask to be told of a person."""
    login_claim: str = "preferred_username"
    """The claim that is the login."""
    roles_claim: str = "roles"
    """The claim with the words for the person's roles."""


def gate_settings(section: GateSection) -> GateSettings:
    """Return the bounds of the gate."""
    return GateSettings(
        sign_in_s=section.sign_in_hours * 3_600,
        idle_s=section.idle_minutes * 60,
        guess_window_s=section.guess_window_s,
        guesses_of_both=section.guesses_of_both,
        guesses_of_login=section.guesses_of_login,
        guesses_of_address=section.guesses_of_address,
        requests_per_s=section.requests_per_s,
        requests_burst=section.requests_burst,
        strangers_per_s=section.strangers_per_s,
        strangers_burst=section.strangers_burst,
    )


def oidc_settings(section: OidcSection | None) -> OidcSettings | None:
    """Return where people sign in elsewhere; raise `ConfigError` where what that needs is not installed."""
    if section is None:
        return None
    for needed in ("httpx", "joserfc"):
        if find_spec(needed) is None:
            raise ConfigError("web.oidc", section.issuer, f"needs {needed}: pip install 'goldline[oidc]'")
    return OidcSettings(
        issuer=section.issuer,
        client_id=section.client_id,
        secret=section.secret.get_secret_value(),
        roles=section.roles,
        scope=section.scope,
        login_claim=section.login_claim,
        roles_claim=section.roles_claim,
    )
