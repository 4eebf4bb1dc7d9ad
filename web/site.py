"""All that the web side is built of, on one page. `goldline.web_side` fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.kernel.clock import Clock
from web.front import FrontOffice
from web.gate_settings import GateSettings, OidcSettings
from web.house import House
from web.live.campaigns import Campaigns
from web.live.floor import Floor
from web.live.live import Live
from web.ops.ops import Ops
from web.ports import CampaignSide, CustomerRecords, History, OpenContacts, PeopleStore


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where browsers and programs come in, and the bounds of what they may send.

    `public_url` is what browsers call the site where a proxy stands before it; empty for `host` and `port`.
    Pages of `allowed_origins` may ask with the key of a program. Desks may show pages of `framed_origin` in a
    frame, where it is not empty.
    `extensions` is a pattern of the phones that agents may sit down at: nobody shall log in at a way out.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    allowed_origins: tuple[str, ...] = ()
    body_bytes_max: int = 65_536
    upload_bytes_max: int = 200 * 1024**2
    framed_origin: str = ""
    extensions: str = r"(PJSIP|SIP|IAX2|DAHDI)/[A-Za-z0-9_.-]{1,60}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One web side: what it may ask and know. Stores are the ports of `web.ports`.

    `clock` is the centre's, which may run fast; `wall` is the one that sign-ins and keys end by. `live` tells
    screens what goes on, `floor` and `campaigns_now` are what it knows of today.
    """

    settings: WebSettings = field(default_factory=WebSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    oidc: OidcSettings | None = None
    clock: Clock
    front: FrontOffice
    house: House
    wall: Clock
    people: PeopleStore
    customers: CustomerRecords
    open_contacts: OpenContacts
    campaigns: CampaignSide
    history: History
    campaigns_now: Campaigns
    live: Live = field(default_factory=Live)
    floor: Floor = field(default_factory=Floor)
    ops: Ops = field(default_factory=Ops)
