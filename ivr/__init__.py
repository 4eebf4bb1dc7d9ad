"""What a caller hears and presses before a human is needed.

`nodes` says what a flow can be made of, `flow` is one, `loader` reads it from TOML and refuses a broken one.
`reception` makes a contact of who calls, `recognition` asks the store who it is, `interpreter` runs flows on
calls, by `steps` whose replies `hearing` understands; `dialogue` is the state of one call. `prompts` turns
names and values into things to hear; `decide`, `digits`, `values` and `graph` are pure rules.
"""
