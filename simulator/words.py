"""The kinds of values a scenario's keys take: their ranges are the schema."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(gt=0, le=1e6)]
Count = Annotated[int, Field(ge=1, le=100_000)]
Level = Annotated[int, Field(ge=1, le=10)]
Headcount = Annotated[int, Field(ge=0, le=10_000)]
Pace = Annotated[float, Field(ge=0.1, le=10)]
Number = Annotated[str, Field(pattern=r"^\+?[0-9*#]{1,32}$")]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Address = Annotated[str, Field(pattern=r"^PJSIP/[A-Za-z0-9_-]{1,64}$")]
