"""Wishes about a campaign, of its managers and of the program itself when it starts, and the answer."""

from __future__ import annotations

from core.kernel.record import Record
from core.model.at_work import Aspect, AtWork, OutcomeRecycling, Pacing
from core.model.campaign_events import CapStanding, Experience
from core.model.message import Command, Request


class CampaignRequest(Request, frozen=True, kw_only=True):
    """A campaign manager's wish about one campaign."""

    campaign: str


class StartCampaign(CampaignRequest, frozen=True, kw_only=True):
    """Begin to dial, or go on."""


class PauseCampaign(CampaignRequest, frozen=True, kw_only=True):
    """Dial nobody new; whoever rings or talks goes on."""


class DescribeCampaign(CampaignRequest, frozen=True, kw_only=True):
    """Tell how the campaign stands."""


class SetPacing(CampaignRequest, frozen=True, kw_only=True):
    """Pace otherwise from now on; what is left empty or 0 stays as it is.

    `share_max_ppm` is the share of abandoned calls, in millionths, that it is kept to: never above the law's.
    """

    mode: str = ""
    lines_max: int = 0
    lines_per_agent_ppm: int = 0
    share_max_ppm: int = 0


class SetRecycling(CampaignRequest, frozen=True, kw_only=True):
    """Come back to leads otherwise from now on; what is None, and results that are not named, stay.

    Leads are dialed `attempts_max` times in all, `a_day_max` times in a day of theirs.
    """

    attempts_max: int | None = None
    a_day_max: int | None = None
    outcomes: tuple[OutcomeRecycling, ...] = ()


class SetAsConfigured(CampaignRequest, frozen=True, kw_only=True):
    """Go by the configuration file again in `what`; with a `code`, in what follows that result alone."""

    what: Aspect
    code: str = ""


class RestoreCampaign(CampaignRequest, frozen=True, kw_only=True):
    """Take up the state the ledger knew last; asked by the program itself when it starts."""

    state: str


class RestoreExperience(CampaignRequest, frozen=True, kw_only=True):
    """Take up what an earlier run had learned; asked by the program itself when it starts."""

    experience: Experience


class RestoreRules(CampaignRequest, frozen=True, kw_only=True):
    """Take up what had been set at work in an earlier run; asked by the program itself when it starts."""

    at_work: AtWork


class CampaignStanding(Record, frozen=True, kw_only=True):
    """How a campaign stands at this moment: its agents and calls, and what it has come to since the start.

    Of the `agents` who serve it `idle` wait; of the calls in hand `ringing` are not answered yet. `ahead` are
    leads taken from the store that were not dialed yet. `hindrances` say why it dials nobody, if so
    (`core.model.hindrance`), `caps` how it stands with every cap on abandoned calls. It goes by `pacing`, of
    which, as of its other rules, `at_work` was set apart from the configuration file.
    """

    state: str
    agents: int = 0
    idle: int = 0
    calls: int = 0
    ringing: int = 0
    ahead: int = 0
    attempts: int = 0
    contacts: int = 0
    sales: int = 0
    hindrances: tuple[str, ...] = ()
    caps: tuple[CapStanding, ...] = ()
    pacing: Pacing = Pacing()
    at_work: AtWork = AtWork()


class AnswerCampaign(Command, frozen=True, kw_only=True):
    """Tell who wished something about a campaign whether it was granted; `code` is empty where it was.

    `standing` is told where it was asked for.
    """

    campaign: str
    request_id: str
    code: str = ""
    reason: str = ""
    standing: CampaignStanding | None = None
