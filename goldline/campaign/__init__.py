"""`goldline campaign`: what campaigns came to, and the word with the engine that runs them.

`results` adds counts up to figures, `arms` tells whether one arm does better than another, `reading` asks
the store, `tables` shows, `conversions` takes in what other systems sold, `door` talks to a running engine,
`rehearsal` lets a day pass on which nobody is called.
"""
