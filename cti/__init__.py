"""The telephone system: the wires of AMI and FastAGI, and the Asterisk behind the `Pbx` port.

`ami` and `agi` speak bytes and messages without any input or output, each with one file that has a
socket. `asterisk` turns their messages into facts of telephony, and commands into theirs.
"""
