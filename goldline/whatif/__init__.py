"""`goldline whatif`: the staffing that meets service levels at the least cost, found on simulated days.

`question` is what is asked, `days` runs a scenario under another staffing, `erlang` gives the formulas'
answer, `answer` puts the search together and verifies what it found, `tree` reads that out, `tables` and
`page` show it.
"""
