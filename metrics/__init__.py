"""Figures computed from events only, so that live board, history and reports cannot disagree.

`interaction` folds one contact into its finished record, `day` folds a day into figures by tier.
"""
