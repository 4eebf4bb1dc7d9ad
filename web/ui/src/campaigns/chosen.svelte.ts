/** Which campaign and which part of it is looked at; it stands in the address, so a reload changes nothing. */

import { signedIn } from "../lib/caller.svelte";
import type { ImportView } from "../lib/types.gen";

export const PARTS = ["lists", "results", "callbacks", "next", "imports", "rules"] as const;
export type Part = (typeof PARTS)[number];
const WITH_NUMBERS: readonly Part[] = ["callbacks", "next"];

/** Tell whether whoever is here may see whose numbers are called; who only reads how things stand may not. */
export function seesNumbers(): boolean {
  return signedIn.may("campaign_manager", "supervisor");
}

/** Return the parts that there are for whoever is here. */
export function partsHere(): readonly Part[] {
  return seesNumbers() ? PARTS : PARTS.filter((part) => !WITH_NUMBERS.includes(part));
}

class Chosen {
  #campaign = $state("");
  #part = $state<Part>("lists");
  /** The list that is being brought in: for a campaign, and which import, where it has begun already. */
  upload = $state.raw<{ readonly campaign: string; readonly begun?: ImportView }>();
  /** Counts what was done here that changes what the store tells: whoever reads it reads again. */
  news = $state(0);

  constructor() {
    const [campaign = "", part = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
    this.#campaign = campaign;
    if (PARTS.includes(part as Part)) this.#part = part as Part;
  }

  get campaign(): string {
    return this.#campaign;
  }
  set campaign(name: string) {
    this.#campaign = name;
    this.#keep();
  }

  get part(): Part {
    return this.#part;
  }
  set part(part: Part) {
    this.#part = part;
    this.#keep();
  }

  #keep(): void {
    history.replaceState(null, "", `#${encodeURIComponent(this.#campaign)}/${this.#part}`);
  }
}

export const chosen = new Chosen();
