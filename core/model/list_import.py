"""An import of a list of leads, as people watch one: what is wrong with lines, how far it is, its states.

    RECEIVED -> CHECKING -> CHECKED -> LOADING -> LOADED, or CANCELLED, or FAILED where no line can be read

A check gives a verdict on every line and writes nothing. The texts of lines stand in `Example.cells` and
`ListImport.samples` alone: they are personal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from core.kernel.fsm import Table
from core.kernel.record import Record


class Fault(StrEnum):
    """Why a line is not loaded."""

    UNREADABLE = "unreadable_line"
    NO_NUMBER = "no_number"
    BAD_NUMBER = "bad_number"
    BAD_ZONE = "unknown_time_zone"
    BAD_COUNTRY = "unknown_country"
    BAD_VALUE = "bad_value"
    TWICE = "duplicate_in_file"
    IN_LIST = "duplicate_in_list"
    IN_CAMPAIGN = "duplicate_in_campaign"
    ELSEWHERE = "duplicate_elsewhere"
    LISTED = "do_not_call"


class Remark(StrEnum):
    """What somebody should know of a line that is loaded all the same."""

    ZONE_UNKNOWN = "time_zone_unknown"
    """Nothing tells where the person is: the campaign's clock is taken."""
    ABROAD = "other_country"
    """The number is of another country than the list."""
    NO_LAW = "country_without_law"
    """No law of the campaign covers the number's country."""
    GUESSED = "encoding_guessed"
    """The line has letters that were read in an encoding that is a guess."""


class ImportState(StrEnum):
    """Where an import is."""

    RECEIVED = "received"
    CHECKING = "checking"
    CHECKED = "checked"
    LOADING = "loading"
    LOADED = "loaded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportTrigger(StrEnum):
    """What moves an import."""

    CHECK = "check"
    LOAD = "load"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


_S, _T = ImportState, ImportTrigger

POSITION_MAX = 255
"""Lists come up in the order of their positions, from 0 to this; those of one are mixed by their weights."""
WEIGHT_MAX = 100
LIST_NAME = re.compile(r"[^\x00-\x1f\x7f/]{1,100}")
"""What a list may be called: its name is a part of addresses."""

IMPORT = Table[ImportState, ImportTrigger](
    name="import",
    start=ImportState.RECEIVED,
    rows={
        **{(state, _T.CHECK): _S.CHECKING for state in (_S.RECEIVED, _S.CHECKED, _S.FAILED)},
        **{(state, _T.LOAD): _S.LOADING for state in (_S.RECEIVED, _S.CHECKED)},
        (_S.CHECKING, _T.FINISH): _S.CHECKED,
        (_S.LOADING, _T.FINISH): _S.LOADED,
        (_S.CHECKING, _T.FAIL): _S.FAILED,
        (_S.LOADING, _T.FAIL): _S.FAILED,
        **{
            (state, _T.CANCEL): _S.CANCELLED
            for state in (_S.RECEIVED, _S.CHECKING, _S.CHECKED, _S.LOADING, _S.FAILED)
        },
    },
)

AT_WORK = frozenset({_S.CHECKING, _S.LOADING})
"""The states in which lines are read; a program that starts anew goes on there."""


class ImportOrder(Record, frozen=True, kw_only=True):
    """What is to be loaded, and how; see `crm.leads.records.ListPlan`.

    `mapping` names for columns of the file what they hold, nothing for one that is left out; columns that it
    does not name go by their own names. The `encoding` of a CSV file is found out where none is named.
    A `dry` order is checked and waits for the word to load.
    """

    campaign: str
    list_name: str
    filename: str
    by: str = ""
    key: str = ""
    country: str = ""
    position: int = 0
    weight: int = 1
    duplicates: str = "list"
    keeps_listed: bool = False
    mapping: Mapping[str, str] = {}
    encoding: str = ""
    dry: bool = True


class ListChange(Record, frozen=True, kw_only=True):
    """When a list has its turn from now on, see `crm.leads.records.ListPlan`; None leaves it as it is.

    Of a list that is not `active` nobody is dialed, but for its promised calls where it `keeps_promises`.
    """

    position: int | None = None
    weight: int | None = None
    active: bool | None = None
    keeps_promises: bool | None = None


class Example(Record, frozen=True, kw_only=True):
    """A line, what was found in which of its columns, what is allowed there; `why` is a fault or a remark."""

    line: int
    why: str
    column: str = ""
    value: str = ""
    allowed: str = ""


class ImportFindings(Record, frozen=True, kw_only=True):
    """What lines came to so far: `read` of `size` bytes or rows; how many of each verdict, fault and remark.

    Each line counts once by its verdict, and once by each of its faults.
    """

    read: int = 0
    size: int = 0
    verdicts: Mapping[str, int] = {}
    faults: Mapping[str, int] = {}
    remarks: Mapping[str, int] = {}
    examples: tuple[Example, ...] = ()


class ListImport(Record, frozen=True, kw_only=True):
    """One import; `problem` says why it failed. `samples` are the first lines under the `header`.

    `suggested` is what each column of the file seems to hold: one of ours, or its own name as it is kept.
    """

    import_id: str
    order: ImportOrder
    state: ImportState = IMPORT.start
    created_us: int
    changed_us: int
    file_hash: str
    size_bytes: int
    header: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()
    suggested: tuple[str, ...] = ()
    findings: ImportFindings = ImportFindings()
    problem: str = ""


class MappingTemplate(Record, frozen=True, kw_only=True):
    """A mapping that a campaign keeps for lists of the same make."""

    campaign: str
    name: str
    mapping: Mapping[str, str]
