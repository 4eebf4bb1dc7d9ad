/** Skill levels as people read them. */

/** Return the levels in one line, such as `cards 5, loans 0`; empty where there are none. */
export function levelsText(levels: Readonly<Record<string, number>>): string {
  return Object.entries(levels)
    .map(([skill, level]) => `${skill} ${level}`)
    .join(", ");
}
