"""What every view is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Something that is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=True)
