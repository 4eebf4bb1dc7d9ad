"""The page about the desk names the keys that the desk has."""

from __future__ import annotations

import re

from scripts.tree import ROOT

PAGE = (ROOT / "docs" / "desk.md").read_text("utf-8")
SOURCES = ROOT / "web" / "ui" / "src" / "agent"


def shown(chord: str) -> str:
    """Return keys as the page writes them."""
    written = {"ArrowUp": "↑", "ArrowDown": "↓"}
    return re.sub(r"(Key|Digit)(\w)$|ArrowUp$|ArrowDown$", lambda key: key[2] or written[key[0]], chord)


def test_keys_of_the_page_are_those_of_the_desk() -> None:
    sources = "".join(path.read_text("utf-8") for path in sorted(SOURCES.rglob("*.svelte*")))
    used = {shown(chord) for chord in re.findall(r'chord: "([^"]+)"', sources)}
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    told = {keys for row in rows for keys in re.findall(r"`((?:Ctrl|Alt)\+[^`]+)`", row)}
    assert told == used
