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
/** Pixels for a time of day, such as "10:30 AM". */
const TIME_SPACE = 80;
/** Of a day of one interval nobody can tell how long that is; this is the usual length. */
const USUAL_INTERVAL_S = 1_800;
/** Above, right, below and left of the lines: half of the last time of day hangs over. */
const PADDING: uPlot.Padding = [8, 32, 0, 0];
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
    padding: PADDING,
    scales: { y: { range: drawing.unit === "share" ? [0, 1] : (_, __, most) => [0, Math.max(1, (most ?? 0) * ROOM)] } },
    axes: [
      { ...axis, space: TIME_SPACE, values: (_, instants) => instants.map(writing.time) },
      { ...axis, size: AXIS_WIDTH, values: (_, values) => values.map(writing.value) },
    ],
    series: [
      { label: writing.from, value: (_, seconds) => writing.time(seconds) },
      ...drawing.lines.map((line, place) => ({
        ...look(line, place, colours),
        value: (_: uPlot, value: number | null) => writing.value(value),
      })),
    ],
  };
}

/** Return the columns as uPlot wants them: the last interval is drawn to its end. */
export function columns({ starts, lines }: Drawing): [number[], ...(number | null)[][]] {
  const [first = 0, second = first + USUAL_INTERVAL_S] = starts;
  const ends = starts.slice(-1).map((last) => last + second - first);
  return [[...starts, ...ends], ...lines.map(({ values }) => [...values, ...values.slice(-1)])];
}

function look(line: Line, place: number, colours: Colours): uPlot.Series {
  const points = { show: false };
  if (line.isTarget) return { label: line.label, stroke: colours.ink, width: 1, dash: TARGET_DASH, points };
  const stroke = colours.tones[place % colours.tones.length]!;
  const paths = uPlot.paths.stepped!({ align: 1 });
  return { label: line.label, stroke, width: 2, dash: DASHES[place % DASHES.length]!, paths, points };
}
