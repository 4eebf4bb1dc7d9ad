"""The bus outside of the program: state and events over an MQTT broker, and the link of engine and web.

`topics` names what is published, `envelope` wraps it (CloudEvents 1.0), `outbox` keeps what waits for the
broker, `link` is the connection: the one file that knows MQTT. `engine_end` and `web_end` are the two ends of
the link on which a web process runs apart from the engine; `publisher` tells other programs how the floor is.
"""
