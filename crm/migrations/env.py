"""What Alembic runs for each command: our tables, on the connection it was handed.

Batch mode, because SQLite changes a column only by copying its table.
"""

from __future__ import annotations

from alembic import context

import crm.imports.models
import crm.leads.models
import crm.people_models  # noqa: F401 - declare their tables
from crm.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)

with context.begin_transaction():
    context.run_migrations()
