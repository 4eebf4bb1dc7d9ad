"""What every part of Goldline shares: the engine, the ports, the model of telephony, the kernel of computing.

Nothing in here knows Asterisk, SQL, a socket or a clock. See `core.engine` for how a message becomes
commands, and `core.ports` for every edge of the program on one page.
"""
