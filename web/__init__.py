"""Where people's screens meet the engine: requests in, commands for desks out.

It knows the messages of `core` and nothing of AMI, SQL or the features behind the engine.
"""
