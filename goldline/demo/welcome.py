"""The words with which the demonstration greets: where its pages are, who can sign in, how far the day is."""

from __future__ import annotations

import webbrowser

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from goldline.demo.people import EVERYWHERE, PASSWORD

PAGES = {
    "/agent": "an agent's desktop: sit down in Anna's place, with the first click she leaves it to you",
    "/wall": "the wallboard, and the floor with all its agents: listen, whisper, force a state",
    "/campaigns": "the campaigns: load a list, look at what is wrong with it, start, watch the cap",
}


def welcome(web_url: str, title: str, caught_up: float) -> Panel:
    """Return the heading of the picture; `caught_up` is the share of the morning that has passed."""
    table = Table.grid(padding=(0, 2))
    for path, what in PAGES.items():
        table.add_row(Text(web_url + path, style="bold cyan"), what)
    signs_in = f"{EVERYWHERE}, password {PASSWORD} (or supervisor, campaigns, admin, and any agent)"
    table.add_row("sign in as", signs_in)
    if caught_up < 1:
        title += f", the morning so far passes in a moment: {caught_up:.0%}"
    return Panel(table, title=title)


def open_pages(web_url: str) -> None:
    """Open every page in the browser of whoever sits here, if there is one."""
    for path in PAGES:
        webbrowser.open_new_tab(web_url + path)
