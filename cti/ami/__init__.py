"""The Asterisk Manager Interface: `wire`, `protocol` and `link`, the bytes, the conversation and the socket.

`wire` and `protocol` (with its `states` and `replies`) do no I/O and read no clock; `link` is the only file
here that knows asyncio. The facts they rest on (limits, order, what may repeat) cite manager.c of
Asterisk 20 to 22 or a recorded stream.
"""
