"""What the bodies of requests have in common: no unknown field, nothing without a bound."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Login = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$")]
"""What a person signs in as."""
Words = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A name or a word of people's, without control characters."""
Name = Annotated[str, Field(max_length=100, pattern=r"^[^\s\x00-\x1f\x7f]*$")]
"""A name or an id of ours, without spaces."""
Number = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[0-9+*#(). /-]+$")]
"""A telephone number as people write one."""
Notes = Annotated[str, Field(max_length=4_000)]
"""What an agent writes about a conversation."""
Password = Annotated[str, Field(min_length=1, max_length=200)]
"""A password as it was typed; the bound keeps hashing cheap."""


class Asked(BaseModel):
    """The body of a request."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class AskedCall(Asked):
    """Which contact, so that a late click never meets the next one; without, the one in hand."""

    contact_id: Name = ""
