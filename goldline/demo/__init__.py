"""The demonstration: a bank's call centre with simulated customers, agents and telephone system.

`day` runs its fixed day in virtual time, `show` runs it live over TCP with a picture in the terminal.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
