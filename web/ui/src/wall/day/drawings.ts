import type { IntervalReportView } from "../../lib/types.gen";
import { word } from "../../lib/words.svelte";
import type { Promised } from "../board/figures";
import type { Definition } from "../service_level";
import { t } from "../words";
import type { Drawing, Line } from "./plot";

type Intervals = readonly IntervalReportView[];

/** A chart by name: `chart.NAME` is its title. */
export interface Named {
  readonly name: "arrivals" | "levels" | "waiting" | "agents";
  readonly drawing: Drawing;
}

/** Return the charts of a day: of all contacts, and service levels of those of each tier. */
export function drawings(all: Intervals, tiers: Readonly<Record<string, Intervals>>, promised: Promised, level: Definition): Named[] {
  const starts = all.map((each) => Date.parse(each.starts) / 1000);
  const line = (label: string, value: (each: IntervalReportView) => number | null): Line => ({ label, values: all.map(value) });
  const levels = Object.entries(tiers).map(([tier, intervals]) => ({
    label: word("tier", tier),
    values: intervals.map((each) => each.service_levels[level] ?? null),
  }));
  const target = { label: t("column.target"), values: all.map(() => promised.targetShare), isTarget: true };
  const counted = (name: Named["name"], lines: Line[]): Named => ({ name, drawing: { starts, lines, unit: "count" } });
  return [
    counted("arrivals", [
      line(t("column.offered"), (each) => each.offered),
      line(t("column.answered"), (each) => each.answered),
      line(t("column.abandoned"), (each) => each.abandoned),
    ]),
    { name: "levels", drawing: { starts, lines: [...levels, target], unit: "share" } },
    counted("waiting", [
      line(t("line.waiting_max"), (each) => each.waiting_max),
      line(t("line.waiting_mean"), (each) => each.waiting_mean),
    ]),
    counted("agents", [
      line(t("column.working"), (each) => each.working),
      line(t("column.ready"), (each) => each.ready),
    ]),
  ];
}
