"""`goldline campaign`: what campaigns came to, and the word with the engine that runs them.

`reading` asks the store, `tables` shows what `metrics.campaign_results` makes of it, `conversions` takes in
what other systems sold, `door` talks to a running engine, `rehearsal` lets a day pass on which nobody is
called.
"""
