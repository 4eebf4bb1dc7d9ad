"""Customers and the memory of what happened: models, store, ledger, import, value tiers, migrations.

Knows `core` and the database, never the telephone system. What the engine needs of it is on
`core.ports`: `CrmStore` and `Ledger`.
"""
