import uPlot from "uplot";

/** One line of a chart: a value for each interval, null where there is nothing to tell. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** What was promised rather than measured. */
  readonly isTarget?: boolean;
}

/** What is drawn: lines over the instants (in seconds since 1970) at which the intervals begin. */
export interface Drawing {
  readonly starts: readonly number[];
  readonly lines: readonly Line[];
  readonly unit: "count" | "share";
}

/** The colours of a theme; lines take the tones by turns. */
export interface Colours {
  readonly ink: string;
  readonly grid: string;
  readonly tones: readonly string[];
}

/** How what is drawn is written. */
export interface Writing {
  /** What the beginning of an interval is called. */
  readonly from: string;
  readonly value: (value: number | null) => string;
  readonly time: (seconds: number | null) => string;
}

export const HEIGHT = 220;
const AXIS_WIDTH = 56;
const FONT = "12px system-ui, sans-serif";
/** Lines differ by dashes too, for those who do not tell the tones apart. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [12, 4]];
const TARGET_DASH = [1, 4];
/** Room above the highest value. */
const ROOM = 1.1;

/** Return how uPlot is to draw `drawing`, `width` pixels wide. */
export function options(drawing: Drawing, colours: Colours, writing: Writing, width: number): uPlot.Options {
  const grid = { stroke: colours.grid, width: 1 };
  const axis = { stroke: colours.ink, font: FONT, grid, ticks: grid };
  return {
    width,
    height: HEIGHT,
    scales: { y: { range: drawing.unit === "share" ? [0, 1] : (_, __, most) => [0, Math.max(1, (most ?? 0) * ROOM)] } },
    axes: [
      { ...axis, values: (_, instants) => instants.map(writing.time) },
      { ...axis, size: AXIS_WIDTH, values: (_, values) => values.map(writing.value) },
    ],
    series: [
      { label: writing.from, value: (_, seconds) => writing.time(seconds) },
      ...drawing.lines.map((line, place) => ({ ...look(line, place, colours), value: (_: uPlot, value: number | null) => writing.value(value) })),
    ],
  };
}

/** Return the columns as uPlot wants them. */
export function columns(drawing: Drawing): uPlot.AlignedData {
  return [[...drawing.starts], ...drawing.lines.map((line) => [...line.values])];
}

function look(line: Line, place: number, colours: Colours): uPlot.Series {
  const points = { show: false };
  if (line.isTarget) return { label: line.label, stroke: colours.ink, width: 1, dash: TARGET_DASH, points };
  const stroke = colours.tones[place % colours.tones.length]!;
  const paths = uPlot.paths.stepped!({ align: 1 });
  return { label: line.label, stroke, width: 2, dash: DASHES[place % DASHES.length]!, paths, points };
}
