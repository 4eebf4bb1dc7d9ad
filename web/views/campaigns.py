"""What campaign managers are shown: imports, lists, results, promised calls (`web.views` has the rest).

The same holds as for all views: the browser's types, OpenAPI and AsyncAPI are generated from here.
"""

from __future__ import annotations

from datetime import datetime

from web.views.floor import CampaignView
from web.views.view import View


class RecyclingView(View):
    """What follows a result: when and at which number the lead comes up again; see `docs/campaigns.md`.

    After `attempts_max` of the same in a row it is given up; `first` comes before all others. One that
    `is_set_at_work` is not as the configuration file has it.
    """

    code: str
    label: str
    delay_seconds: float
    spread_seconds: float
    attempts_max: int
    number: str
    other_day_part: bool
    first: bool
    is_set_at_work: bool


class CampaignCardView(CampaignView):
    """A campaign with its rules as they hold at this moment: `laws` are its packs by name.

    A lead is dialed `attempts_max` times, and `attempts_a_day_max` times in a day of its own clock.
    """

    modes: tuple[str, ...]
    laws: tuple[str, ...]
    country: str
    zone: str
    has_schedule: bool
    attempts_max: int
    attempts_a_day_max: int
    recycling: tuple[RecyclingView, ...]


class ListView(View):
    """A list of a campaign and how far it has been worked; `is_complete` says that it was loaded whole.

    Lists of smaller `position` come first, those of one position mixed in proportion to their `weight`.
    Nobody is dialed of one that is not `is_active`, but for its promised calls where it `keeps_promises`.
    """

    name: str
    position: int
    weight: int
    is_active: bool
    keeps_promises: bool
    is_complete: bool
    leads: int
    tried: int
    done: int
    callbacks: int
    attempts: int
    penetration: float | None


class ResultView(View):
    """The figures of one group of attempts. `value` is what sales and conversions brought."""

    group: str
    people: int
    attempts: int
    answered: int
    machines: int
    connected: int
    abandoned: int
    contacts: int
    right_parties: int
    sales: int
    refusals: int
    callbacks: int
    conversions: int
    value: float
    answer_rate: float | None
    abandoned_share: float | None
    contact_rate: float | None
    right_party_rate: float | None
    conversion: float | None
    sales_per_person: float | None
    mean_talk_seconds: float | None


class DispositionCountView(View):
    """How many attempts came to one result; `label` is empty for one that is configured no more."""

    code: str
    label: str
    group: str
    attempts: int


class ArmView(View):
    """How the share of buyers in an arm stands beside that of another: with its 95 % interval.

    `p_value` is how often chance alone would part them so far; `enough` says whether that can be told.
    """

    arm: str
    beside: str
    difference: float
    low: float
    high: float
    z: float
    p_value: float
    enough: bool


class ResultsView(View):
    """What a campaign came to, `by` whatever was asked; `dispositions` have the commonest first."""

    campaign: str
    by: str
    whole: ResultView
    groups: tuple[ResultView, ...]
    dispositions: tuple[DispositionCountView, ...]
    arms: tuple[ArmView, ...] = ()


class PromisedCallView(View):
    """A call that an agent promised; `owner` alone makes it, anyone where that is empty.

    One that `is_held` is not made: its list is switched off, and does not keep its promises.
    """

    lead_id: str
    list_name: str
    external_id: str
    name: str
    number: str
    due: datetime
    owner: str
    is_held: bool


class LeadAheadView(View):
    """A lead that comes up soon."""

    nth: int
    lead_id: str
    list_name: str
    external_id: str
    name: str
    tier: str
    number: str
    country: str
    zones: tuple[str, ...]
    attempts: int
    rank: int
    is_callback: bool


class ConversionView(View):
    """A success that another system told of an attempt; `value` is in whole units of the house's currency."""

    attempt_id: str
    reference: str
    at: datetime
    value: float


class ListedNumberView(View):
    """A number or an area that may not be called; an empty `campaign` is the whole house.

    Of a register we have a copy: it is renewed as a whole, and nothing is taken off it.
    """

    number: str
    campaign: str
    register_name: str
    reason: str
    since: datetime


class ExampleView(View):
    """A line of a list: what was found in which of its columns, and what is allowed there."""

    line: int
    why: str
    column: str
    value: str
    allowed: str


class ImportView(View):
    """An import of a list. `verdicts`, `faults` and `remarks` count lines; `read` of `size` bytes or rows.

    States, verdicts, faults and remarks are words of `core.model.list_import`. `problem` says why it failed.
    """

    import_id: str
    state: str
    campaign: str
    list_name: str
    filename: str
    by: str
    created: datetime
    changed: datetime
    size_bytes: int
    country: str
    encoding: str
    position: int
    weight: int
    duplicates: str
    keeps_listed: bool
    read: int
    size: int
    verdicts: dict[str, int]
    faults: dict[str, int]
    remarks: dict[str, int]
    examples: tuple[ExampleView, ...]
    problem: str
    has_rejects: bool


class ColumnView(View):
    """A column of a file: what it holds as it is `mapped` now (nothing: left out), and its first cells."""

    name: str
    suggested: str
    mapped: str
    samples: tuple[str, ...]


class ColumnsView(View):
    """The columns of a file, and what columns may hold besides a field of their own name."""

    columns: tuple[ColumnView, ...]
    meanings: tuple[str, ...]


class MappingView(View):
    """A mapping that a campaign keeps: what columns hold, by their names; nothing for one left out."""

    name: str
    columns: dict[str, str]
