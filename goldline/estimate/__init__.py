"""Training the estimated wait: from a scenario, a ledger or a list of calls to a file of coefficients.

`calls` reads a list of calls as the events it tells of, `samples` pairs what was seen with what came of it,
`ridge` fits (pure), `training` is what the command does. What uses the file is `routing.regression`.
"""
