"""Real days of a real call centre: the Anonymous Bank's months of 1999, call by call, as scenarios.

    month = read_month(Path("calls_1999_02.csv.gz"))
    replay = Replay(month, Path("examples/bank"))
    scenario = replay.scenario(month.days[0], wrap_up_s=34, seed=1)

`calls` reads a month and knows its traps; `shifts` infers who worked when and at what, `rule` whether the
bank put its better customers first, `waits` how patient callers were; `replay` and `typical` make scenarios
of it all for the `centre`. Nothing is tuned to a month: what the engine needs is read off the month's own
file, but for one number that no file holds, the mean wrap-up.

The data were collected by Ilan Guedj and Avishai Mandelbaum at the Technion and are described in Brown, Gans,
Mandelbaum, Sakov, Shen, Zeltyn and Zhao, "Statistical analysis of a telephone call center: a queueing-science
perspective", JASA 100 (2005). They are free to use where their source is named. Customers and agents in them
are pseudonyms. None of them is part of this program.
"""
