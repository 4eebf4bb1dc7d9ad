"""The names of topics: what is told where, under one prefix for each site.

    goldline/v1/SITE/queue/ID/state            retained   how a queue stands
    goldline/v1/SITE/agent/ID/state            retained   what an agent does
    goldline/v1/SITE/campaign/ID/progress      retained   how a campaign goes
    goldline/v1/SITE/contact/ID/event/WORD                what happened: to a contact,
    goldline/v1/SITE/agent/ID/event/WORD                  an agent, a callback or an attempt
    goldline/v1/SITE/engine/status             retained   whether the engine is there (its last will)
    goldline/v1/SITE/link/...                             between the engine and web processes alone

All levels are lowercase ASCII. In an id everything but `a-z 0-9 - _ .` is escaped as in a URL (`C-1-7` is
`%43-1-7`), so an id can never be a wildcard or two levels; the `subject` of a message is the id as it is.
No id has anything of a customer in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIX = "goldline/v1"
_ESCAPED = re.compile(rb"[^a-z0-9_.-]")


def level(name: str) -> str:
    """Return `name` as one level of a topic; `urllib.parse.unquote` undoes it."""
    return _ESCAPED.sub(lambda match: b"%%%02x" % match[0][0], name.encode()).decode()


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one site."""

    site: str

    @property
    def root(self) -> str:
        """Return what all topics of the site begin with."""
        return f"{PREFIX}/{level(self.site)}"

    def state(self, what: str, name: str, word: str = "state") -> str:
        """Return where the state of a thing is kept, such as a `queue`'s."""
        return f"{self.root}/{what}/{level(name)}/{word}"

    def event(self, what: str, name: str, word: str) -> str:
        """Return where it is told that `word` happened to a thing, such as a `contact`."""
        return f"{self.root}/{what}/{level(name)}/event/{word}"

    @property
    def status(self) -> str:
        """Return where it is kept whether the engine is there."""
        return f"{self.root}/engine/status"

    @property
    def stream(self) -> str:
        """Return where the engine tells all web processes everything, in order."""
        return f"{self.root}/link/stream"

    def left(self, web: str = "+") -> str:
        """Return where it is told that a web process is gone: its last will."""
        return f"{self.root}/link/left/{web}"

    def asked(self, web: str = "+") -> str:
        """Return where a web process asks the engine for something."""
        return f"{self.root}/link/ask/{web}"

    def greeted(self, web: str = "+") -> str:
        """Return where a web process tells that it has come."""
        return f"{self.root}/link/hello/{web}"

    def welcomed(self, web: str) -> str:
        """Return where the engine tells a web process that has come how everything is."""
        return f"{self.root}/link/welcome/{web}"
