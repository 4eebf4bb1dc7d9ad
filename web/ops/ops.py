"""All that operators ask of one process."""

from __future__ import annotations

from dataclasses import dataclass, field

from web.ops.exposition import Exposition
from web.ops.monitors import Monitors
from web.ops.readiness import Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class Ops:
    """The metrics of the process, whether it is ready, and who may see the one and why not the other."""

    exposition: Exposition = field(default_factory=Exposition)
    readiness: Readiness = field(default_factory=Readiness)
    monitors: Monitors = field(default_factory=Monitors)
