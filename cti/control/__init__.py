"""Control of calls in hand, as sagas: hold, transfer, consultation, conference; and supervision.

Each saga is a table of states with a deadline for every step that the telephone system has to do, and an
undo where it does not: whatever fails, the customer talks, hears music in our hands, or stands in line.
"""
