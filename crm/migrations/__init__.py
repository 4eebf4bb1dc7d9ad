"""Every change of the tables since the first, applied by `crm.schema.upgrade`."""
