"""Outbound campaigns: whom to dial, when, and how many at once, inside the law.

One walk through a call: `desk` starts the campaign, `hopper` leases leads, `dialing` asks how many, `placing`
rings them, `outbound_calls` follows each until it is over, `endings` writes down what it came to, `results`
and `recycling` say when its lead comes up again. `attempts` is the book of those in hand, `recall` fills it
after a restart, `agent_first` and `by_hand` are for agents who are on the line before anybody is dialed.

How many: `modes` decide. `floor_watch` tells what agents and calls do, `lifetimes`, `ringing` and `answering`
are what is learned of talks, of ring times and of people, `crowding` is the chance that nobody is free
when somebody answers, and `pacing` puts them together. By which line and number: `ways_out`.

Whether: `law` and its `packs` are the rules, `permission` answers for a number and an instant, `allowance`
and `budget` for what may be abandoned; `audit` judges what was done, and knows nothing of all the others.
"""
