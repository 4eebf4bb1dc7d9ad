"""Which contact goes to which agent, and when.

`rules` says what holds for whom, as data. `admission` lets contacts into their queues, `work` what other
programs bring; `plan` takes them through the steps of their queue, `divert` sends them elsewhere. `index`
knows who waits and who has room, `router` makes the decision, `offer_desk` carries it out, `conversation`
watches the talk. `hold` entertains those who wait; `adoption` takes up what an earlier run left on the PBX.
"""
