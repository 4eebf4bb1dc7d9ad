/** The keyboard: what can be done now, under which keys, each changeable by the person.
 *
 * Keys are told by their place (`event.code`), not by their character: layouts differ. While an input
 * method is composing (Chinese, Japanese) no key is ours.
 */

import { untrack } from "svelte";

import { preferences } from "./preferences.svelte";

/** Something that can be done by a key or from the command bar. */
export interface Deed {
  readonly id: string;
  readonly label: string;
  /** The keys it has of old, such as `Ctrl+Shift+KeyA`; empty for none. */
  readonly chord: string;
  readonly enabled: boolean;
  readonly run: () => void;
}

const MODIFIERS = ["Ctrl", "Alt", "Shift", "Meta"] as const;
const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

type Pressed = Pick<KeyboardEvent, "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">;

/** Return the name of the keys pressed together. */
export function chordOf(event: Pressed): string {
  const held = [event.ctrlKey, event.altKey, event.shiftKey, event.metaKey];
  return [...MODIFIERS.filter((_, place) => held[place]), event.code].join("+");
}

/** Return keys as they are written on a keyboard: `Ctrl+Shift+A`. */
export function shown(chord: string): string {
  return chord
    .replace(/Key([A-Z])$/, "$1")
    .replace(/(Digit|Numpad)(\d)$/, "$2")
    .replace("ArrowUp", "↑")
    .replace("ArrowDown", "↓")
    .replace("Shift+Slash", "?");
}

/** Return keys as `aria-keyshortcuts` wants them: `Control+Shift+A`. */
export function announced(chord: string): string | undefined {
  if (!chord) return undefined;
  return chord.replace("Ctrl", "Control").replace(/Key([A-Z])$/, "$1").replace(/Digit(\d)$/, "$1");
}

class Keys {
  #offers = $state.raw<readonly (() => readonly Deed[])[]>([]);
  /** While a dialog has the keyboard, only what it offers itself is done. */
  paused = $state(false);

  /** All that can be done on the page, the last offered first. */
  get deeds(): readonly Deed[] {
    return this.#offers.flatMap((offer) => offer());
  }

  /** Offer deeds until the returned function is called. */
  offer(deeds: () => readonly Deed[]): () => void {
    // Effects offer and take back: that must not make them run anew.
    const others = () => untrack(() => this.#offers).filter((each) => each !== deeds);
    this.#offers = [deeds, ...others()];
    return () => (this.#offers = others());
  }

  /** Return the keys of a deed: the person's own, else those it has of old. */
  chord(deed: Deed): string {
    return preferences.keys[deed.id] ?? deed.chord;
  }

  /** Do what the pressed keys mean. */
  press(event: KeyboardEvent): void {
    if (event.isComposing || event.repeat || this.paused) return;
    const chord = chordOf(event);
    const isBare = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isBare && event.target instanceof Element && event.target.closest(TYPED_INTO)) return;
    const meant = this.deeds.find((deed) => deed.enabled && this.chord(deed) === chord);
    if (!meant) return;
    event.preventDefault();
    meant.run();
  }
}

export const keys = new Keys();
