"""Facts of computing: time, timers, state machines, the bus, randomness, records, JSON, files, errors.

Every module here would fit a program that has nothing to do with telephones.
"""
