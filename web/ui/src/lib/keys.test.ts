/** Keys are told by their place on the keyboard. */
import { describe, expect, it } from "vitest";

import { announced, chordOf, keys, shown, type Deed } from "./keys.svelte";

const pressed = (code: string, held: Partial<KeyboardEvent> = {}) =>
  ({ code, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, isComposing: false, repeat: false, target: null, preventDefault: () => {}, ...held }) as KeyboardEvent;
const CTRL_SHIFT = { ctrlKey: true, shiftKey: true };

function deed(change: Partial<Deed>): Deed & { done: number } {
  const made = { id: "accept", label: "Accept", chord: "Ctrl+Shift+KeyA", enabled: true, done: 0, run: () => void made.done++, ...change };
  return made;
}

describe("keys", () => {
  it("have one name, however they were pressed", () => {
    expect(chordOf(pressed("KeyA", CTRL_SHIFT))).toBe("Ctrl+Shift+KeyA");
    expect(chordOf(pressed("Slash", { shiftKey: true }))).toBe("Shift+Slash");
  });

  it("are shown as on the keyboard, and announced as ARIA wants them", () => {
    expect(shown("Ctrl+Shift+KeyA")).toBe("Ctrl+Shift+A");
    expect(shown("Alt+ArrowUp")).toBe("Alt+↑");
    expect(announced("Ctrl+Shift+Digit1")).toBe("Control+Shift+1");
  });

  it("do what is offered and legal, and nothing while an input method composes", () => {
    const accept = deed({});
    const reject = deed({ id: "reject", chord: "Ctrl+Shift+KeyR", enabled: false });
    const leave = keys.offer(() => [accept, reject]);
    keys.press(pressed("KeyA", CTRL_SHIFT));
    keys.press(pressed("KeyR", CTRL_SHIFT));
    keys.press(pressed("KeyA", { ...CTRL_SHIFT, isComposing: true }));
    keys.press(pressed("KeyA", { ...CTRL_SHIFT, repeat: true }));
    leave();
    keys.press(pressed("KeyA", CTRL_SHIFT));
    expect([accept.done, reject.done]).toEqual([1, 0]);
  });
});
