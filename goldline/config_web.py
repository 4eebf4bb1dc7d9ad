"""The web side of the configuration: where browsers and programs come in."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from core.kernel.errors import KeyRefused
from goldline.config_gate import GateSection, OidcSection
from goldline.section import Name, Port, Section, said
from goldline.texts import ZoneName
from web.pop_url import FIELDS, check_template, origin_of
from web.settings import WebSettings


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression; {error}") from None
    return text


def _template(text: str) -> str:
    if text:
        check_template(text)
    return text


PopUrl = Annotated[
    str,
    AfterValidator(_template),
    said("an http(s) address; in braces may stand " + ", ".join(FIELDS)),
]


Origin = Annotated[
    str,
    Field(pattern=r"^https?://[a-z0-9.\-]{1,253}(:[0-9]{1,5})?$"),
    said("an origin such as https://crm.example.com, without a path"),
]

_USUAL = WebSettings()


class WebSection(Section):
    """Where the pages, the API and the metrics are served; keep it on loopback behind a proxy with TLS."""

    site: Name = "main"
    """What this centre is called on the bus and in links."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Port = 8080
    """The port."""
    public_url: str = ""
    """What browsers call the site behind its proxy, such as `https://calls.example.com`."""
    allowed_origins: tuple[Origin, ...] = ()
    """Other sites whose pages may ask with a key, such as a CRM's: `https://crm.example.com`."""
    extensions: Annotated[str, AfterValidator(_is_pattern)] = _USUAL.extensions
    """A pattern of the phones that agents may sit down at: nobody shall log in at a way out."""
    connections_max: Annotated[int, Field(ge=10, le=1_000_000)] = _USUAL.connections_max
    """Connections at once, of pages and programs; never more than half of the files the system gives us."""
    slow_after_s: Annotated[float, Field(ge=1, le=3_600)] = _USUAL.slow_after_s
    """A request that is not here after so long, nor another 64 KiB of it, is given up."""
    head_bytes_max: Annotated[int, Field(ge=8_192, le=1024**2)] = _USUAL.head_bytes_max
    """Bytes before the body of a request: its address and what browsers say of themselves."""
    body_bytes_max: Annotated[int, Field(ge=1_024, le=1024**2)] = 65_536
    """Bytes in one request, uploads of lists apart."""
    upload_bytes_max: Annotated[int, Field(ge=1_024, le=1024**3)] = 200 * 1024**2
    """Bytes in one uploaded list."""
    uploads: str = "uploads"
    """The folder where uploaded lists lie until they are loaded; each program has one of its own."""
    time_zone: ZoneName = "UTC"
    """The zone at whose midnight figures of the day begin anew."""
    gate: GateSection = GateSection()
    """How long sign-ins hold, and how much anybody may ask."""
    oidc: OidcSection | None = None
    """Where people sign in elsewhere."""
    pop_url: PopUrl = ""
    """Where a customer's record is found in a foreign CRM, such as `https://crm.example/?phone={number}`."""
    crm_frame: bool = False
    """Whether desks show that page in a frame as well; the CRM has to allow it."""

    @model_validator(mode="after")
    def _frame_has_one_origin(self) -> WebSection:
        if self.crm_frame:
            try:
                origin_of(self.pop_url)
            except ValueError as error:
                raise KeyRefused("pop_url", self.pop_url, f"{error}; or no crm_frame") from None
        return self


def web_settings(section: WebSection) -> WebSettings:
    """Return where browsers come in."""
    return WebSettings(
        host=section.host,
        port=section.port,
        public_url=section.public_url,
        allowed_origins=section.allowed_origins,
        extensions=section.extensions,
        connections_max=section.connections_max,
        slow_after_s=section.slow_after_s,
        head_bytes_max=section.head_bytes_max,
        body_bytes_max=section.body_bytes_max,
        upload_bytes_max=section.upload_bytes_max,
        framed_origin=origin_of(section.pop_url) if section.crm_frame else "",
    )
