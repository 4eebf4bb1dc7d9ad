/** What the board shows by turns: the centre's figures, then its queues, as many as fit at a time. */
export type Screen = { readonly kind: "figures" } | { readonly kind: "queues"; readonly names: readonly string[] };

/** Queues on one screen: a line of each can be read across a room. */
export const QUEUES_PER_SCREEN = 6;

/** Return the screens that show the queues of these names. */
export function screensOf(names: readonly string[]): Screen[] {
  const screens: Screen[] = [{ kind: "figures" }];
  for (let first = 0; first < names.length; first += QUEUES_PER_SCREEN) {
    screens.push({ kind: "queues", names: names.slice(first, first + QUEUES_PER_SCREEN) });
  }
  return screens;
}
