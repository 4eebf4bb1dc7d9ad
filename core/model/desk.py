"""The live connection of an agent's screen: its states as a table.

It is no state of the person: who loses it in a talk goes on talking. But nobody is offered a contact whose
record they could not see, so whoever is CUT_OFF is not ready until the screen is back. An agent who works
without a live screen, or has never had one, is NONE and left alone.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.fsm import Table


class DeskState(StrEnum):
    """Where the connection of an agent's screen is; LOST may still come back in time."""

    NONE = "none"
    LIVE = "live"
    LOST = "lost"
    CUT_OFF = "cut_off"


class DeskTrigger(StrEnum):
    """What moves it."""

    CONNECT = "connect"
    LOSE = "lose"
    GIVE_UP = "give_up"
    LET_GO = "let_go"


_S, _T = DeskState, DeskTrigger

DESK = Table[DeskState, DeskTrigger](
    name="desk",
    start=DeskState.NONE,
    rows={
        (_S.NONE, _T.CONNECT): _S.LIVE,
        # A second screen of the same agent, or one that came back before its end was noticed.
        (_S.LIVE, _T.CONNECT): _S.LIVE,
        (_S.LIVE, _T.LOSE): _S.LOST,
        (_S.LIVE, _T.LET_GO): _S.LIVE,
        (_S.LOST, _T.CONNECT): _S.LIVE,
        (_S.LOST, _T.GIVE_UP): _S.CUT_OFF,
        # The agent logged out, or works at a screen of another kind.
        (_S.LOST, _T.LET_GO): _S.NONE,
        (_S.CUT_OFF, _T.CONNECT): _S.LIVE,
        (_S.CUT_OFF, _T.LET_GO): _S.NONE,
        (_S.NONE, _T.LET_GO): _S.NONE,
    },
)
