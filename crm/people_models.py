"""The tables of people: who may come in, who is in, keys of programs, what was tried and what was done."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from crm.models import Base

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class PersonRow(Base):
    """A person by login; see `core.model.person.Person`."""

    __tablename__ = "person"

    login: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(JSON)
    password_hash: Mapped[str]
    subject: Mapped[str]
    agent_id: Mapped[str]
    extension: Mapped[str]
    language: Mapped[str]
    theme: Mapped[str]
    keys: Mapped[dict[str, str]] = mapped_column(JSON)
    disabled: Mapped[bool]


class SignInRow(Base):
    """A browser in which somebody is signed in, by the hash of its token."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("person.login", ondelete="CASCADE"), index=True)
    began_us: Mapped[int] = mapped_column(BigInteger)
    seen_us: Mapped[int] = mapped_column(BigInteger)
    ends_us: Mapped[int] = mapped_column(BigInteger, index=True)


class ApiKeyRow(Base):
    """A program's key, by the hash of it."""

    __tablename__ = "api_key"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_by: Mapped[str]
    made_us: Mapped[int] = mapped_column(BigInteger)
    ends_us: Mapped[int | None] = mapped_column(BigInteger)


class SignInAttemptRow(Base):
    """An attempt to sign in that failed, or is not decided yet.

    The login is a digest of what was typed: people type their passwords there by mistake.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "login_digest", "address"),)

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    login_digest: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)
    at_us: Mapped[int] = mapped_column(BigInteger, index=True)


class AuditRow(Base):
    """Something that somebody did; never changed, never deleted by the program."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "who", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    at_us: Mapped[int] = mapped_column(BigInteger)
    who: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    outcome: Mapped[str]
    why: Mapped[str]


class KeptAnswerRow(Base):
    """An answer that may be asked for again; see `core.model.person.KeptAnswer`."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index(None, "who", "at_us"),)

    who: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    at_us: Mapped[int] = mapped_column(BigInteger, index=True)
    status: Mapped[int]
    body: Mapped[bytes]
    location: Mapped[str]
