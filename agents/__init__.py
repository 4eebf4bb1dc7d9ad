"""The people who serve: their states, their wrap-up, the record on their screens.

`roster` owns the agents' states and grants or refuses their wishes, `wrap_up` bounds the work after a
contact, `screenpop` composes what the screen shows before the phone rings.
"""
