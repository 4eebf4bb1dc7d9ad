/** The definitions of the service level, the usual one first; `metrics.service_level` computes them. */
export const DEFINITIONS = [
  "short_abandons_excluded",
  "all_count",
  "abandoned_excluded",
  "late_abandons_only",
  "early_abandons_met",
] as const;
export type Definition = (typeof DEFINITIONS)[number];

/** It passes over everybody who gave up, so it grows as more do: shown with a warning. */
export const FLATTERING: Definition = "abandoned_excluded";
