"""Leads: the lists of a campaign, who comes up next, what attempts came to, and who may not be called.

Knows `core` and what `crm` has of databases, numbers and files. What the engine needs of it is
`core.ports.LeadStore`; lists come in by `crm.leads.import_leads`.
"""
