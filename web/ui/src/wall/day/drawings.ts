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

/** What a day is drawn from: its intervals, and those of the contacts of each tier. */
export interface DayShown {
  readonly all: Intervals;
  readonly tiers: Readonly<Record<string, Intervals>>;
}

/** Return the day from its first contact or agent on. */
export function lived(day: DayShown): DayShown {
  const first = day.all.findIndex((each) => each.offered > 0 || (each.working ?? 0) > 0);
  const cut = (intervals: Intervals) => intervals.slice(Math.max(0, first));
  const tiers = Object.entries(day.tiers).map(([tier, intervals]) => [tier, cut(intervals)] as const);
  return { all: cut(day.all), tiers: Object.fromEntries(tiers) };
}

/** Return the charts of a day, its service levels by the chosen definition. */
export function drawings({ all, tiers }: DayShown, promised: Promised, level: Definition): Named[] {
  const starts = all.map((each) => Date.parse(each.starts) / 1000);
  const line = (label: string, value: (each: IntervalReportView) => number | null): Line => {
    return { label, values: all.map(value) };
  };
  const levels = Object.entries(tiers).map(([tier, intervals]) => ({
    label: word("tier", tier),
    values: intervals.map((each) => each.service_levels[level] ?? null),
  }));
  const target = { label: t("column.target"), values: all.map(() => promised.targetShare), isTarget: true };
  // The longest of two lines together was never counted: what nobody knows is not drawn.
  const known = (lines: Line[]) => lines.filter((each) => each.values.some((value) => value !== null));
  const counted = (name: Named["name"], lines: Line[]): Named => {
    return { name, drawing: { starts, lines: known(lines), unit: "count" } };
  };
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
