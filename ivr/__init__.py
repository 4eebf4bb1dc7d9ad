"""What a caller hears and presses before a human is needed.

`flow` says what a flow can be made of, `loader` reads one from TOML and refuses a broken one, `interpreter`
runs flows on calls, `dialogue` is the state of one call, `prompts` turns names and values into things to
hear. `digits`, `hours`, `values` and `graph` are the pure rules they share.
"""
