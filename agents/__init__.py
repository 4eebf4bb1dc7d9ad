"""The people who serve: their states, their calls and other work, the record on their screens.

`roster` is the one door to an agent's state, `agent` what is known of one. `wishes` grants or refuses what
they ask for, `reservations` ties them to calls, `workload` to work beside these, `misses` leaves them alone
after offers in vain, `wrap_up` bounds the work after a call, `standing_legs` keeps calls up of those whose
phones are not rung for each contact, `lost_desks` keeps those from offers whose screens are gone, `previews`
lets agents look before anybody is called, `screenpop` composes what the screen shows before the phone rings,
`quality` learns how good each is at what.
"""
