/** The name of this browser tab, by which the server knows that it came back. */

import { newKey } from "./api";

const SCREEN = "goldline.screen";
/** So long a page that is being left, before a reload, may still have the name. */
const LETTING_GO_MS = 1_000;

/** Return the name, the same one after a reload.
 *
 * A browser that duplicates a tab copies what the tab remembers: the copy takes another name, so that it is
 * asked before it takes the desk. Browsers know locks on secure pages only; elsewhere a copy passes for the tab.
 */
export async function screenName(): Promise<string> {
  const kept = sessionStorage.getItem(SCREEN);
  const name = kept !== null && (await isOurs(kept)) ? kept : newKey();
  if (name !== kept) void isOurs(name);
  sessionStorage.setItem(SCREEN, name);
  return name;
}

const held = new Set<string>();

/** Hold a name for as long as the page lives; tell whether no other page holds it. */
function isOurs(name: string): Promise<boolean> {
  if (held.has(name) || !navigator.locks) return Promise.resolve(true);
  return new Promise((tell) => {
    const hold = (): Promise<never> => {
      held.add(name);
      tell(true);
      return new Promise(() => {});
    };
    const signal = AbortSignal.timeout(LETTING_GO_MS);
    navigator.locks.request(`${SCREEN}.${name}`, { signal }, hold).catch(() => tell(false));
  });
}
