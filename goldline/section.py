"""What the tables of the configuration are made of: a closed section, and the values that many keys take."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from core.kernel.schema import ALLOWED


def said(words: str) -> FieldInfo:
    """Return the part of an annotation that says in `words` what is allowed, where a pattern says little."""
    field: FieldInfo = Field(json_schema_extra={ALLOWED: words})
    return field


COUNTRY_ALLOWED = "a country's two letters, such as US or GB"


def has_telephones(country: str) -> bool:
    """Tell whether there is such a country, by the two letters that numbers of it are known by."""
    from phonenumbers import SUPPORTED_REGIONS  # a configuration without a country need not load it

    return country in SUPPORTED_REGIONS


def _country(country: str) -> str:
    if not has_telephones(country):
        raise ValueError(COUNTRY_ALLOWED)
    return country


Country = Annotated[str, Field(pattern="^[A-Z]{2}$"), AfterValidator(_country), said(COUNTRY_ALLOWED)]
Date = Annotated[date, said("a day such as 2026-12-31")]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Port = Annotated[int, Field(ge=1, le=65_535)]
Level = Annotated[int, Field(ge=1, le=10)]
Name = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$"), said("a name of at most 40 letters, digits, - and _")
]


class Section(BaseModel):
    """A table of the file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
