"""The commands of `goldline`, a file for each thing they are for: they parse, call and print.

What a command does lives in the module it calls. That is imported when the command runs and not before, so
`goldline --help` answers at once.
"""
