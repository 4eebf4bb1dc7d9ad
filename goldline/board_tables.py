"""What the terminal's boards share: how a table looks, and the colour of each state of an agent."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from core.model.agent import AgentState

STATE_COLOURS = {
    AgentState.LOGGED_OUT: "bright_black",
    AgentState.NOT_READY: "yellow",
    AgentState.READY: "green",
    AgentState.RESERVED: "cyan",
    AgentState.ON_CONTACT: "blue",
    AgentState.WRAP_UP: "magenta",
}


def board_table(title: str, first: str, *others: str) -> Table:
    """Return an empty table; figures stand to the right of the `first` column, whose names are never cut."""
    table = Table(
        title=title, box=SIMPLE_HEAD, title_style="bold", title_justify="left", padding=(0, 1, 0, 0)
    )
    table.add_column(first, no_wrap=True)
    for heading in others:
        table.add_column(heading, justify="right")
    return table
