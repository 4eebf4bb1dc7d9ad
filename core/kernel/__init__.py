"""Facts of computing: time, timers, state machines, the bus, randomness, the journal, errors.

Every module here would fit a program that has nothing to do with telephones.
"""
