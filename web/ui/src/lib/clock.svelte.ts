/** The server's clock as this page knows it: timers count on it, so that a wrong clock here does no harm.
 *
 * In a demonstration the server's day runs faster than ours; how fast shows in what it tells us.
 */

const TICK_MS = 250;
/** Two tellings must lie so far apart before they say how fast the server's clock runs. */
const SPAN_MS = 1500;
/** Closer to 1 than this a rate is the network's noise. */
const NOISE = 0.05;

interface Told {
  readonly serverMs: number;
  readonly localMs: number;
}

export class Clock {
  /** Now by the server's clock, in milliseconds since 1970; changes four times a second. */
  now = $state(Date.now());
  #last: Told | undefined;
  #rate = 1;

  /** Learn what the server's clock said when a message came in. */
  hear(instant: string, localMs = performance.now()): void {
    const told = { serverMs: Date.parse(instant), localMs };
    const passedMs = this.#last ? localMs - this.#last.localMs : 0;
    if (this.#last && passedMs >= SPAN_MS) {
      const rate = (told.serverMs - this.#last.serverMs) / passedMs;
      this.#rate = Math.abs(rate - 1) < NOISE ? 1 : rate;
    }
    this.#last = told;
    this.tick(localMs);
  }

  /** Let time pass. */
  tick(localMs = performance.now()): void {
    this.now = this.#last ? this.#last.serverMs + (localMs - this.#last.localMs) * this.#rate : Date.now();
  }

  /** Tick until the returned function is called. */
  run(): () => void {
    const ticking = setInterval(() => this.tick(), TICK_MS);
    return () => clearInterval(ticking);
  }
}

export const clock = new Clock();

/** Return the whole seconds since `instant` on the server's clock, never less than 0. */
export function secondsSince(instant: string): number {
  return Math.max(0, Math.floor((clock.now - Date.parse(instant)) / 1000));
}

/** Return the whole seconds until `instant`, 0 where it is past. */
export function secondsUntil(instant: string): number {
  return Math.max(0, Math.ceil((Date.parse(instant) - clock.now) / 1000));
}
