/** What the agent has written about a contact and not handed in: a reload of the page loses none of it. */

export interface Draft {
  notes: string;
  disposition: string;
  callbackAt: string;
  callbackBy: string;
}

const EMPTY: Draft = { notes: "", disposition: "", callbackAt: "", callbackBy: "" };
const PREFIX = "goldline.draft.";

/** Return the draft about a contact; what is changed in it is remembered by `keep`. */
export function draftOf(contactId: string): Draft {
  const kept = sessionStorage.getItem(PREFIX + contactId);
  return kept ? { ...EMPTY, ...JSON.parse(kept) } : { ...EMPTY };
}

export function keep(contactId: string, draft: Draft): void {
  sessionStorage.setItem(PREFIX + contactId, JSON.stringify(draft));
}

export function drop(contactId: string): void {
  sessionStorage.removeItem(PREFIX + contactId);
}
