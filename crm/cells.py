"""What the cells of a list may hold: rules that read one, and the words for one that cannot be read.

Shared by the lists of customers (`crm.customer_row`) and of leads (`crm.leads.row`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.model.list_import import Fault

LINE_CHARS_MAX = 500
"""Longest name or attribute: what still fits an agent's screen."""
NOTES_CHARS_MAX = 4_000
VALUE_CHARS_MAX = 80
"""What is shown of a value that is not to be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Why a line was not loaded: the value found in `column`, and what is allowed there."""

    line: int
    column: str
    value: str
    allowed: str
    fault: Fault = Fault.BAD_VALUE

    def said(self) -> str:
        """Return it in words, as people read it; of a long value its beginning."""
        value = self.value if len(self.value) <= VALUE_CHARS_MAX else f"{self.value[:VALUE_CHARS_MAX]}..."
        return f"{self.column} {value!r}: {self.allowed}" if self.column else self.allowed


@dataclass(frozen=True, slots=True)
class Rule:
    """How a cell is read (raising `ValueError` where it cannot be), and what it may hold in plain words.

    Of one that is `hidden` nobody is shown what it held.
    """

    read: Callable[[str], Any]
    allowed: str
    fault: Fault = Fault.BAD_VALUE
    hidden: bool = False


def matching(pattern: str) -> Callable[[str], str]:
    """Return what reads texts of this form."""
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError(text)
        return text

    return read


def one_of(allowed: Iterable[str], text: str) -> str:
    """Return `text` where it is one of those allowed."""
    if text not in allowed:
        raise ValueError(text)
    return text


KEY = Rule(matching(r"[^\x00-\x1f\x7f]{1,64}"), "1 to 64 characters on one line")
LINE = Rule(
    matching(rf"[^\x00-\x1f\x7f]{{1,{LINE_CHARS_MAX}}}"), f"at most {LINE_CHARS_MAX} characters on one line"
)
NOTES = Rule(matching(rf"[^\x00]{{1,{NOTES_CHARS_MAX}}}"), f"at most {NOTES_CHARS_MAX} characters")
LANGUAGE = Rule(matching(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"), "a language code such as en or zh-CN")
NUMBER_ALLOWED = "a number that exists, such as +12025550123"

_PHONE_KINDS = {"phone": "main", "mobile": "mobile", "home_phone": "home", "work_phone": "work"}
_NUMBERED_PHONE = re.compile(r"phone_?[2-9]")


def read_cells(
    line: int, filled: Mapping[str, str], rules: Mapping[str, Rule]
) -> tuple[dict[str, Any], list[Reject]]:
    """Return the values of a line by column, and what is wrong with it; not of columns without a rule."""
    values: dict[str, Any] = {}
    rejects: list[Reject] = []
    for name, text in filled.items():
        rule = rules.get(name)
        if rule is None:
            continue
        try:
            values[name] = rule.read(text)
        except ValueError:
            shown = "(hidden)" if rule.hidden else text
            rejects.append(
                Reject(line=line, column=name, value=shown, allowed=rule.allowed, fault=rule.fault)
            )
    return values, rejects


def misplaced(line: int, columns: Sequence[str], cells: Sequence[str]) -> Reject | None:
    """Return what speaks against a line with something in a column that has no name, or in none."""
    for nth, cell in enumerate(cells):
        if (nth >= len(columns) or not columns[nth]) and cell.strip():
            allowed = f"{len(columns)} columns" if nth >= len(columns) else "a name for it in the header"
            column = "" if nth >= len(columns) else f"column {nth + 1}"
            return Reject(line=line, column=column, value=cell, allowed=allowed, fault=Fault.UNREADABLE)
    return None


def plain_name(name: str) -> str:
    """Return the name of a column in lower case with underscores."""
    return re.sub(r"[\s\-.]+", "_", name.strip().lower()).strip("_")


def phone_kind(column: str) -> str:
    """Return what kind of phone a column holds, or an empty text where it holds none."""
    return "other" if _NUMBERED_PHONE.fullmatch(column) else _PHONE_KINDS.get(column, "")
