"""Which contact goes to which agent, and when.

`queue` keeps the waiting contacts in order, `pool` the agents who could take one, `match` chooses (pure),
`router` makes the decision, `offer` carries it out at the agent's phone, `conversation` watches the talk,
`hold` entertains those who wait, `adoption` takes up what an earlier run of the engine left on the PBX.
"""
