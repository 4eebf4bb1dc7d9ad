"""What Prometheus shall record and warn of: the rules of `contrib/prometheus`, as tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recorded:
    """A series that is worked out beforehand."""

    record: str
    expr: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Something somebody has to look at, once it has lasted; `advice` is what to do first."""

    name: str
    expr: str
    lasts: str
    severity: str
    summary: str
    advice: str


SPAN = "15m"
"""Over what time the rules look back: long enough for a ratio of a small queue to mean something."""
PROMISED_S = "20.0"
"""The wait by which service levels are recorded, a class of the histogram; the usual promise."""
LATE_S = "0.5"
"""A quarter of the two seconds in which most laws let an agent be found."""

RECORDED = (
    Recorded(
        "queue_tier:goldline_service_level:ratio",
        f'sum by (queue, tier) (increase(goldline_answer_wait_seconds_bucket{{le="{PROMISED_S}"}}[{SPAN}]))'
        f" / (sum by (queue, tier) (increase(goldline_calls_answered_total[{SPAN}]))"
        f" + sum by (queue, tier) (increase(goldline_calls_abandoned_total[{SPAN}])))",
    ),
    Recorded(
        "queue:goldline_service_level:ratio",
        f'sum by (queue) (increase(goldline_answer_wait_seconds_bucket{{le="{PROMISED_S}"}}[{SPAN}]))'
        f" / (sum by (queue) (increase(goldline_calls_answered_total[{SPAN}]))"
        f" + sum by (queue) (increase(goldline_calls_abandoned_total[{SPAN}])))",
    ),
    Recorded(
        "queue_tier:goldline_answer_wait_seconds:p95",
        "histogram_quantile(0.95, sum by (queue, tier, le)"
        f" (increase(goldline_answer_wait_seconds_bucket[{SPAN}])))",
    ),
    Recorded(
        "queue_tier:goldline_handle_seconds:mean",
        f"sum by (queue, tier) (increase(goldline_handle_seconds_sum[{SPAN}]))"
        f" / sum by (queue, tier) (increase(goldline_handle_seconds_count[{SPAN}]))",
    ),
    Recorded(
        "goldline_agents_busy:ratio",
        'sum (goldline_agents{state=~"reserved|on_contact|wrap_up"})'
        ' / sum (goldline_agents{state=~"ready|reserved|on_contact|wrap_up"})',
    ),
)

ALERTS = (
    Alert(
        "GoldlineDown",
        'up{job="goldline"} == 0',
        "1m",
        "critical",
        "{{ $labels.instance }} does not answer.",
        "Waiting callers hear music and are taken up when it is back: start it, then read its log.",
    ),
    Alert(
        "GoldlineAsteriskLost",
        "goldline_ami_connected == 0",
        "30s",
        "critical",
        "The link with Asterisk is down.",
        "Talks go on. See that Asterisk runs and that the manager account of goldline_manager.conf is there.",
    ),
    Alert(
        "GoldlineEventsLate",
        f"goldline_ami_events_late_seconds > {LATE_S}",
        "1m",
        "warning",
        "Asterisk's events come {{ $value | humanizeDuration }} late.",
        "Whoever answers a campaign waits for as long before an agent is found: let campaigns pause, then see"
        " the network to Asterisk, its CPU, and what else reads its manager interface.",
    ),
    Alert(
        "GoldlineEngineFaults",
        "increase(goldline_engine_faults_total[5m]) > 0",
        "0m",
        "warning",
        "The engine failed to handle {{ $value }} messages.",
        "Each is in the log with its number in the journal: report it with the journal.",
    ),
    Alert(
        "GoldlineClockSet",
        "abs(goldline_clock_off_seconds) > 2",
        "1m",
        "warning",
        "The machine's clock was set by {{ $value | humanizeDuration }} since the start.",
        "Times that are told, and the hours of campaigns, go by the clock before: start it anew.",
    ),
    Alert(
        "GoldlineLedgerSpooling",
        "goldline_ledger_spooling == 1",
        "2m",
        "warning",
        "The database is away; events gather on the disk.",
        "Nothing is lost while there is room for the spool. Bring the database back.",
    ),
    Alert(
        "GoldlineEventsLost",
        "increase(goldline_ledger_lost_events_total[10m]) > 0"
        " or increase(goldline_ledger_refused_events_total[10m]) > 0",
        "0m",
        "critical",
        "Events of the ledger were lost.",
        "Reports of this time are incomplete. Look at the disk of the spool and at the log of the database.",
    ),
    Alert(
        "GoldlineBusAway",
        "goldline_bus_connected == 0",
        "1m",
        "warning",
        "{{ $labels.instance }} does not reach the broker.",
        "The engine goes on; web processes apart show nothing new. Start the broker.",
    ),
    Alert(
        "GoldlineWebNotFed",
        "goldline_web_link_live == 0",
        "1m",
        "critical",
        "The web process {{ $labels.instance }} does not hear the engine.",
        "Its /readyz says what is missing: the broker, the engine, or the token they share.",
    ),
    Alert(
        "GoldlineLoopSlow",
        "histogram_quantile(0.99, sum by (instance, le)"
        " (rate(goldline_event_loop_lag_seconds_bucket[5m]))) > 0.1",
        "5m",
        "warning",
        "{{ $labels.instance }} is late with everything by {{ $value | humanizeDuration }}.",
        "The machine is too busy, or the disk too slow; see what else runs there.",
    ),
    Alert(
        "GoldlineScreenPopSlow",
        "histogram_quantile(0.95, sum by (le) (rate(goldline_screen_pop_latency_seconds_bucket[10m]))) > 0.1",
        "10m",
        "warning",
        "Records take {{ $value | humanizeDuration }} to reach screens.",
        "See the lag of the loop, and how many screens hang on one web process.",
    ),
    Alert(
        "GoldlineServiceLevelLow",
        "queue:goldline_service_level:ratio < on (queue) max by (queue) (goldline_queue_promised_ratio)",
        "15m",
        "warning",
        "{{ $labels.queue }}: {{ $value | humanizePercentage }} are answered in time.",
        "Call agents back from breaks, or let the queue overflow sooner (docs/rules.md).",
    ),
    Alert(
        "GoldlineQueueDeserted",
        "sum by (queue) (goldline_queue_waiting_calls) > 0 unless on (queue)"
        ' sum by (queue) (goldline_queue_agents{state!~"logged_out|not_ready"}) > 0',
        "2m",
        "critical",
        "{{ $labels.queue }}: {{ $value }} wait and nobody serves them.",
        "Have somebody log in, or give the queue a step for when it is deserted.",
    ),
    Alert(
        "GoldlineCallerWaitsLong",
        "goldline_queue_longest_wait_seconds"
        " > on (queue) 10 * max by (queue) (goldline_queue_promised_seconds)",
        "1m",
        "warning",
        "{{ $labels.queue }}: somebody has waited for {{ $value | humanizeDuration }}.",
        "Ask `goldline why` what the contact waits for: perhaps nobody has the skill.",
    ),
    Alert(
        "GoldlineAbandonCapNear",
        "goldline_dialer_abandon_cap_ratio > 0.9",
        "0m",
        "warning",
        "{{ $labels.campaign }} is at {{ $value | humanizePercentage }} of its cap on abandoned calls.",
        "The dialer holds back by itself. Lower the lines for each agent if it happens daily.",
    ),
)
