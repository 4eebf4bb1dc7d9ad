/** What the tables of the history show: their columns, and how what stands in each is written. */

import { signedIn } from "../../lib/caller.svelte";
import type {
  AgentReportView,
  DayReportView,
  FiguresView,
  GroupReportView,
  InteractionReportView,
  IntervalReportView,
} from "../../lib/types.gen";
import { dayAndTime, length, number, share, word } from "../../lib/words.svelte";
import type { TableName } from "../reports";
import type { Definition } from "../service_level";
import type { t } from "../words";

export interface Column<Row> {
  readonly title: ColumnTitle;
  readonly write: (row: Row, level: Definition) => string;
  readonly isText?: boolean;
}
/** What a column is called in the catalogue: `column.TITLE`. */
export type ColumnTitle = ColumnKey extends `column.${infer Title}` ? Title : never;
type ColumnKey = Extract<Parameters<typeof t>[0], `column.${string}`>;

/** Whoever was served by the menu alone, or left it, has talked to nobody. */
const outcomeOf = (row: InteractionReportView) => (row.outcome === "closed" && !row.agent_id ? "in_ivr" : row.outcome);
const agentName = (id: string) => signedIn.house.agents.find((agent) => agent.agent_id === id)?.name || id;
const label = (disposition: string) => signedIn.house.dispositions[disposition]?.label ?? disposition;

const FIGURES: readonly Column<FiguresView>[] = [
  { title: "offered", write: (row) => number(row.offered) },
  { title: "answered", write: (row) => number(row.answered) },
  { title: "abandoned", write: (row) => number(row.abandoned) },
  { title: "abandoned_share", write: (row) => share(row.abandoned_share, 1) },
  { title: "blocked", write: (row) => number(row.blocked) },
  { title: "elsewhere", write: (row) => number(row.elsewhere) },
  { title: "service_level", write: (row, level) => share(row.service_levels[level], 1) },
  { title: "mean_wait", write: (row) => length(row.mean_wait_seconds) },
  { title: "p95_wait", write: (row) => length(row.p95_wait_seconds) },
  { title: "mean_handle", write: (row) => length(row.mean_handle_seconds) },
];

const QUEUES: readonly Column<GroupReportView>[] = [
  { title: "queue", isText: true, write: (row) => row.name },
  ...FIGURES,
];
const TIERS: readonly Column<GroupReportView>[] = [
  { title: "tier", isText: true, write: (row) => word("tier", row.name) },
  ...FIGURES,
];
const DAYS: readonly Column<DayReportView>[] = [
  { title: "day", isText: true, write: (row) => row.day },
  ...FIGURES,
];
const INTERVALS: readonly Column<IntervalReportView>[] = [
  { title: "from", isText: true, write: (row) => dayAndTime(row.starts) },
  ...FIGURES,
  { title: "waiting_max", write: (row) => number(row.waiting_max) },
];
const AGENTS: readonly Column<AgentReportView>[] = [
  { title: "agent", isText: true, write: (row) => row.name || row.agent_id },
  { title: "handled", write: (row) => number(row.handled) },
  { title: "worked", write: (row) => number(row.worked) },
  { title: "missed", write: (row) => number(row.missed) },
  { title: "talk", write: (row) => length(row.talk_seconds) },
  { title: "hold", write: (row) => length(row.hold_seconds) },
  { title: "wrap_up", write: (row) => length(row.wrap_up_seconds) },
  { title: "ready_time", write: (row) => length(row.ready_seconds) },
  { title: "not_ready_time", write: (row) => length(row.not_ready_seconds) },
  { title: "logged_in", write: (row) => length(row.logged_in_seconds) },
  { title: "occupancy", write: (row) => share(row.occupancy) },
];
const INTERACTIONS: readonly Column<InteractionReportView>[] = [
  { title: "arrived", isText: true, write: (row) => dayAndTime(row.arrived) },
  { title: "customer", isText: true, write: (row) => row.number || row.customer_id },
  { title: "kind", isText: true, write: (row) => word("channel", row.channel) },
  { title: "queue", isText: true, write: (row) => row.queue },
  { title: "tier", isText: true, write: (row) => word("tier", row.tier) },
  { title: "agent", isText: true, write: (row) => agentName(row.agent_id) },
  { title: "outcome", isText: true, write: (row) => word("outcome", outcomeOf(row)) },
  { title: "disposition", isText: true, write: (row) => label(row.disposition) },
  { title: "waited", write: (row) => length(row.waited_seconds) },
  { title: "talk", write: (row) => length(row.talk_seconds) },
  { title: "hold", write: (row) => length(row.hold_seconds) },
  { title: "wrap_up", write: (row) => length(row.wrap_up_seconds) },
];

/** The columns of each table; a row is what `/reports/TABLE` has. */
export const COLUMNS: Readonly<Record<TableName, readonly Column<never>[]>> = {
  queues: QUEUES,
  tiers: TIERS,
  days: DAYS,
  intervals: INTERVALS,
  agents: AGENTS,
  interactions: INTERACTIONS,
};
