"""Facts of telephony and of customers, free of any PBX: events, commands, requests, legs, calls, contacts."""
