"""People who sign in, keys of programs, failed sign-ins, what was done, and answers asked for again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TABLES = ("kept_answer", "audit_entry", "sign_in_attempt", "api_key", "sign_in", "person")


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _create_person()
    _create_sign_in()
    _create_api_key()
    _create_sign_in_attempt()
    _create_audit_entry()
    _create_kept_answer()


def downgrade() -> None:
    """Drop the tables, those that refer to others first."""
    for table in _TABLES:
        op.drop_table(table)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _create_person() -> None:
    op.create_table(
        "person",
        *_texts("login", "name", "password_hash", "subject", "agent_id", "extension", "language", "theme"),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("keys", sa.JSON, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("login", name="pk_person"),
    )


def _create_sign_in() -> None:
    op.create_table(
        "sign_in",
        *_texts("token_hash", "login"),
        *(_instant(name) for name in ("began_us", "seen_us", "ends_us")),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in"),
        sa.ForeignKeyConstraint(["login"], ["person.login"], name="fk_sign_in_login", ondelete="CASCADE"),
    )
    op.create_index("ix_sign_in_login", "sign_in", ["login"])
    op.create_index("ix_sign_in_ends_us", "sign_in", ["ends_us"])


def _create_api_key() -> None:
    op.create_table(
        "api_key",
        *_texts("key_id", "name", "key_hash", "made_by"),
        sa.Column("scopes", sa.JSON, nullable=False),
        _instant("made_us"),
        sa.Column("ends_us", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_key"),
        sa.UniqueConstraint("key_hash", name="uq_api_key_key_hash"),
    )


def _create_sign_in_attempt() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", _NUMBER, nullable=False),
        *_texts("login_digest", "address"),
        _instant("at_us"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempt"),
    )
    op.create_index("ix_sign_in_attempt_login_digest_address", "sign_in_attempt", ["login_digest", "address"])
    op.create_index("ix_sign_in_attempt_address", "sign_in_attempt", ["address"])
    op.create_index("ix_sign_in_attempt_at_us", "sign_in_attempt", ["at_us"])


def _create_audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("entry_id", _NUMBER, nullable=False),
        _instant("at_us"),
        *_texts("who", "action", "subject", "outcome", "why"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_who_entry_id", "audit_entry", ["who", "entry_id"])


def _create_kept_answer() -> None:
    op.create_table(
        "kept_answer",
        *_texts("who", "key", "request_hash", "location"),
        _instant("at_us"),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("who", "key", name="pk_kept_answer"),
    )
    op.create_index("ix_kept_answer_who_at_us", "kept_answer", ["who", "at_us"])
    op.create_index("ix_kept_answer_at_us", "kept_answer", ["at_us"])
