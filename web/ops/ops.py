"""All that operators ask of one process."""

from __future__ import annotations

from dataclasses import dataclass, field

from web.ops.exposition import Exposition
from web.ops.readiness import Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class Ops:
    """The metrics of the process, and whether it is ready."""

    exposition: Exposition = field(default_factory=Exposition)
    readiness: Readiness = field(default_factory=Readiness)
