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
from web.settings import WebSettings


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
