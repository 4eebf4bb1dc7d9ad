"""FastAGI, Asterisk's socket for talking with one caller: `wire`, `session` and `server`.

`wire` turns bytes into messages and back, `session` keeps the conversation of one channel in step;
neither does I/O. `server` is the only file here that knows asyncio. What Asterisk does was tried on 22.10.
"""
