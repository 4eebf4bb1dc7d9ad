/** The sounds of alerts, made of tones, so that there is nothing to load. */

/** The pitches of each sound, in hertz, one after the other. */
const TONES = {
  silent: [],
  bell: [880],
  rising: [523, 659, 784],
  urgent: [988, 740, 988, 740],
} satisfies Record<string, number[]>;

export type Chime = keyof typeof TONES;
export const CHIMES = Object.keys(TONES) as Chime[];

const TONE_SECONDS = 0.18;
const LOUDNESS = 0.2;

let speaker: AudioContext | undefined;

/** Play a sound. Browsers allow it once somebody has clicked or typed on the page: choosing one does. */
export function play(chime: Chime): void {
  const tones = TONES[chime];
  if (tones.length === 0) return;
  speaker ??= new AudioContext();
  const starts = speaker.currentTime;
  tones.forEach((hertz, place) => sound(speaker!, hertz, starts + place * TONE_SECONDS));
}

function sound(speaker: AudioContext, hertz: number, starts: number): void {
  const tone = new OscillatorNode(speaker, { frequency: hertz });
  const volume = new GainNode(speaker, { gain: LOUDNESS });
  // To nothing by the end: a tone that is cut off clicks.
  volume.gain.setValueAtTime(LOUDNESS, starts);
  volume.gain.linearRampToValueAtTime(0, starts + TONE_SECONDS);
  tone.connect(volume).connect(speaker.destination);
  tone.start(starts);
  tone.stop(starts + TONE_SECONDS);
}
