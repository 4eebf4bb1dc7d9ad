"""The tables of imports: one row for each, and the mappings that campaigns keep."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from crm.models import Base


class ListImportRow(Base):
    """An import; `body` is the `core.model.list_import.ListImport` as JSON."""

    __tablename__ = "list_import"
    __table_args__ = (Index(None, "campaign", "list_name"), Index(None, "order_key"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    campaign: Mapped[str]
    list_name: Mapped[str]
    order_key: Mapped[str]
    state: Mapped[str]
    body: Mapped[str]


class ListMappingRow(Base):
    """What the columns of lists of one make hold, by the name a campaign manager gave it."""

    __tablename__ = "list_mapping"

    campaign: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)
