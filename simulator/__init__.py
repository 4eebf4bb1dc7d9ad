"""The world outside the engine: a simulated Asterisk, the people around it, and the checks that watch both.

It knows `core` and the wire of `cti`, and nothing of how calls are routed: what it shows is therefore
evidence. `world.World` puts it together. Where to look for what:

* the file a planner writes: `scenario` reads it, `scenario_table` and the tables it holds (`demand`,
  `staffing`, `telephony`, `faults`, `planning`) are its schema, `draws`, `factors`, `survival`, `trace` and
  `columns` what its values mean, `scenario_checks` what single values cannot show
* people: `arrivals`, `callers`, `call`, `customers`; `people`, `worker`, `crew`; `outbound`
* the telephone system: `pbx`, `channel`, `phones`, `ringing`, told to every `listener`
* its two faces: `port` in virtual time, with `dialogue`; `ami_server` with the `ami_*` beside it, `dialplan`
  and `agi_client`, byte for byte, over TCP or over `network` on a `virtual_loop`
* what goes wrong: `faulty_pbx`, `faulty_people`, `faulty_wire`
* what must hold: `checkers`, and `agreement` of the engine's belief with the truth
* theory and search: `erlang`, `confidence`, `staffing_search` with `staffing_problem` and `staffing_measure`
* real days and pages: `bank/`, `report/`
"""
