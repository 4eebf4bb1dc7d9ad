"""What operators see: the metrics of the program, and whether it is alive and ready.

`catalogue` is the list of all metrics, from which the registry, the documentation, the dashboard and the
alert rules are made; `readings` are what they are filled with, at the moment somebody asks.
"""
