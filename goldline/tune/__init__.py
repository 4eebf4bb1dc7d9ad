"""`goldline tune`: the weights of value routing, found by simulation.

`space` says what can be chosen, `days` runs a day under a choice, `objective` judges what days showed,
`search` looks for the best (pure), `command` puts them together, `rules_file` and `tables` show the result.
"""
