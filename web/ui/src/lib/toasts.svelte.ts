/** Short notes that come and go: what was done, and what was refused and why. */

import { ProblemRaised } from "./api";
import { shared, word } from "./words.svelte";

const SHOWN_MS = 6_000;
const SHOWN_MAX = 4;

export interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
}

/** Return what a failure is called, in the reader's language, with the server's own words behind it. */
export function told(error: unknown): string {
  if (!(error instanceof ProblemRaised)) return shared("problem.unknown", { detail: String(error) });
  const name = word("problem", error.code);
  return error.detail ? shared("problem.with_detail", { name, detail: error.detail }) : name;
}

class Toasts {
  shown = $state.raw<readonly Toast[]>([]);
  #count = 0;

  add(tone: Toast["tone"], text: string): void {
    const toast = { id: ++this.#count, tone, text };
    this.shown = [...this.shown.slice(1 - SHOWN_MAX), toast];
    setTimeout(() => this.drop(toast.id), SHOWN_MS);
  }

  drop(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** Do something and tell where it fails; return whether it went well. */
  async tell(deed: () => Promise<unknown>): Promise<boolean> {
    try {
      await deed();
      return true;
    } catch (error) {
      this.add("bad", told(error));
      return false;
    }
  }
}

export const toasts = new Toasts();
