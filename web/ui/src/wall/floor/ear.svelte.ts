/** How this supervisor hears agents: at which phone, and whether on into their next talks. */

import type { Ear } from "./commands";

class OwnEar implements Ear {
  /** As it was typed; empty for the phone used last, which the server remembers. */
  typed = $state("");
  follow = $state(false);

  /** The phone as Asterisk dials it: who types only the number means the usual kind. */
  get extension(): string {
    const typed = this.typed.trim();
    return /^\w+$/.test(typed) ? `PJSIP/${typed}` : typed;
  }

  /** What is asked for. */
  get asked(): Ear {
    return { extension: this.extension, follow: this.follow };
  }
}

export const ear = new OwnEar();
