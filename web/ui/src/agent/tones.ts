/** The tone of an offer, made here: no file to load. Which one is the agent's choice on this machine. */

export const TONES = ["soft", "bright", "none"] as const;
export type Tone = (typeof TONES)[number];

const STORED_AS = "goldline.tone";
const AGAIN_MS = 3_000;
/** Hertz and seconds from the start; each sounds for a third of a second. */
const NOTES: Readonly<Record<Tone, readonly (readonly [number, number])[]>> = {
  soft: [[523, 0], [659, 0.25]],
  bright: [[880, 0], [1175, 0.15], [880, 0.3], [1175, 0.45]],
  none: [],
};
const NOTE_S = 0.33;
const LOUDNESS = 0.15;

let context: AudioContext | undefined;
let ringing: ReturnType<typeof setInterval> | undefined;

export function tone(): Tone {
  const stored = localStorage.getItem(STORED_AS);
  return TONES.find((known) => known === stored) ?? "soft";
}

export function chooseTone(chosen: Tone): void {
  localStorage.setItem(STORED_AS, chosen);
  play();
}

/** Sound the tone, again and again until `stopRinging`. */
export function ring(): void {
  stopRinging();
  play();
  ringing = setInterval(play, AGAIN_MS);
}

export function stopRinging(): void {
  clearInterval(ringing);
}

function play(): void {
  context ??= new AudioContext();
  // A browser lets a page sound once somebody has touched it.
  void context.resume();
  for (const [hertz, after] of NOTES[tone()]) sound(context, hertz, context.currentTime + after);
}

function sound(on: AudioContext, hertz: number, at: number): void {
  const voice = new OscillatorNode(on, { frequency: hertz });
  const volume = new GainNode(on, { gain: LOUDNESS });
  volume.gain.setValueAtTime(LOUDNESS, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
  voice.connect(volume).connect(on.destination);
  voice.start(at);
  voice.stop(at + NOTE_S);
}
