"""Reports: one self-contained page that draws figures, whoever computed them.

`blocks` says what may stand on a page, `page` makes HTML of it, and `page.js` lets uPlot (in `vendor/`) draw
the plots. Nothing here computes a figure.
"""
