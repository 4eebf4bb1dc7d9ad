"""What can be wrong with rules that are well formed, one file for each kind of mistake.

`finding` holds what a check says and what it is told of the world around the rules, `cases` the calls that
expressions can tell apart. `routing.checker` asks all the others.
"""
