/** How a figure stands against its target. Colour, sign and word all follow from this one name, so that a
 * board can be read without telling red from green. */
export type Standing = "good" | "near" | "bad" | "plain";

export const SIGNS: Record<Standing, string> = { good: "✓", near: "▲", bad: "✕", plain: "" };

/** A share this little below its target is near it. */
const NEAR_SHARE = 0.1;
/** A length or number up to so many times its limit is near it. */
const NEAR_TIMES = 1.5;

/** Judge a share of which more is better; there is nothing to judge where nobody was counted. */
export function againstTarget(share: number | null, target: number): Standing {
  if (share === null) return "plain";
  if (share >= target) return "good";
  return share >= target - NEAR_SHARE ? "near" : "bad";
}

/** Judge a length or a number of which less is better. */
export function againstLimit(value: number | null, limit: number | null): Standing {
  if (value === null || limit === null) return "plain";
  if (value <= limit) return "good";
  return value <= limit * NEAR_TIMES ? "near" : "bad";
}
