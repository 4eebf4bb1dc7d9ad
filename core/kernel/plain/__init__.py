"""Structs and their JSON in Python alone, for an interpreter that loads no package written in C.

It does what we use of msgspec, not what else msgspec can do; `core.kernel.record` and
`core.kernel.json_text` are the doors. PyPy makes of it what msgspec is in C. Tests hold the two against each
other, message by message and byte by byte.
"""
