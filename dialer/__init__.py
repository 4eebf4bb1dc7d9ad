"""Outbound campaigns: whom to dial, when, and how many at once, inside the law.

`lifetimes`, `ringing` and `answering` are what is learned of talks, of ring times and of people; `crowding`
is the chance that nobody is free when somebody answers; `budget` is what the law allows; `pacing` decides.
"""
