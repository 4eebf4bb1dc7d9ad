"""Imports of lists as people do them on a page: uploaded, looked at, checked line by line, loaded, cancelled.

`office` takes files in and works them off, `report` tells what became of the lines, `columns` looks at the
head of a file, `sql_book` and `memory_book` remember imports and mappings. How a list is read and written is
`crm.leads`.
"""
