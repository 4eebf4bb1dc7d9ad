"""The world outside the engine: a simulated Asterisk, the people around it, and the checks that watch both.

It knows `core` and the wire of `cti`, and nothing of how calls are routed: what it shows is therefore
evidence. `world.World` puts it together; `port.SimPbx` is its telephone system in virtual time and
`ami_server.AmiServer` the same one over TCP.
"""
