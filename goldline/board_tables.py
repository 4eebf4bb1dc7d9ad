"""What the boards in a terminal share: how tables are drawn, and the colour of each state of an agent."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
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


def name_console(width: int | None = None) -> Console:
    """Return the terminal, or so many columns, where names stand as they are.

    Rich would take `[VIP]` in the name of an agent or a list for its own markup, and fail at `[/VIP]`.
    """
    return Console(width=width, markup=False, emoji=False, highlight=False)


def board_table(title: str, first: str, *others: str) -> Table:
    """Return an empty table; figures stand to the right of the `first` column, whose names are never cut."""
    table = Table(
        title=title, box=SIMPLE_HEAD, title_style="bold", title_justify="left", padding=(0, 1, 0, 0)
    )
    table.add_column(first, no_wrap=True)
    for heading in others:
        table.add_column(heading, justify="right")
    return table
