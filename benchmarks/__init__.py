"""What Goldline promises in figures, measured: `python -m benchmarks.NAME [--quick] [--json]`.

Each module measures one promise beside whatever it is compared with, in the same run on the same
machine, and prints it through `benchmarks.report`. `python -m benchmarks` runs them all.
"""
