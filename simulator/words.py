"""The kinds of values a scenario's keys take: their ranges are the schema.

`strict` keeps a text that looks like a number from being one. What a pattern asks for is also said in
words, for error messages and for the page about scenarios.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.kernel.schema import ALLOWED

Positive = Annotated[float, Field(gt=0, le=1e6, strict=True)]
NotNegative = Annotated[float, Field(ge=0, le=1e6, strict=True)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Weight = Annotated[float, Field(gt=0, le=1e6, strict=True)]
Pace = Annotated[float, Field(ge=0.1, le=10, strict=True)]
Count = Annotated[int, Field(ge=1, le=100_000, strict=True)]
LeadCount = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
Headcount = Annotated[int, Field(ge=0, le=10_000, strict=True)]
Slots = Annotated[int, Field(ge=0, le=50, strict=True)]
Level = Annotated[int, Field(ge=1, le=10, strict=True)]
Seed = Annotated[int, Field(ge=0, strict=True)]
Number = Annotated[
    str,
    Field(pattern=r"^\+?[0-9*#]{1,32}$", json_schema_extra={ALLOWED: "a number to dial, such as 5551000"}),
]
Word = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        json_schema_extra={ALLOWED: "a word of letters, digits, - and _, at most 64 long"},
    ),
]
Address = Annotated[
    str,
    Field(
        pattern=r"^PJSIP/[A-Za-z0-9_-]{1,64}$",
        json_schema_extra={ALLOWED: "a phone as Asterisk dials it, such as PJSIP/1001"},
    ),
]
