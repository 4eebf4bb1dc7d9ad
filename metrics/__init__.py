"""Figures computed from events only, so that live board, history and reports cannot disagree.

`interaction` folds one contact into its finished record. `day` folds a day, measured in a `frame`, into cells
of `contacts`, into `occupancy` and `queue_length`; `summary` reads it all out as one tree.
"""
