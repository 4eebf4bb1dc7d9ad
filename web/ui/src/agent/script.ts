/** What an agent is to say, as the house writes it: paragraphs, lists, **bold** and *slanted* words, {fields}.
 *
 * It is read into plain pieces that the page draws itself, so whatever stands in a lead stays text. A field
 * of which nothing is known is a gap, with the field's name for its text.
 */

export interface Piece {
  readonly kind: "plain" | "bold" | "slanted" | "gap";
  readonly text: string;
}
/** What is known of the call in hand, by the names of fields. */
export type Known = Readonly<Record<string, string>>;
export interface Block {
  readonly kind: "paragraph" | "heading" | "list";
  readonly lines: readonly (readonly Piece[])[];
}

const MARKED = /(\*\*[^\s*](?:[^*]*[^\s*])?\*\*|\*[^\s*](?:[^*]*[^\s*])?\*)/;
const FIELD = /\{([^{}\s]{1,100})\}/;
const BULLET = /^[-*] +/;
const HEADING = /^#{1,3} +/;

/** Return the pieces of one line, its fields filled in. */
export function pieces(line: string, known: Known = {}): Piece[] {
  return line.split(MARKED).filter(Boolean).map(marked).flatMap((piece) => filled(piece, known));
}

function marked(part: string): Piece {
  if (part.startsWith("**") && part.length > 4) return { kind: "bold", text: part.slice(2, -2) };
  if (part.startsWith("*") && part.endsWith("*") && part.length > 2) return { kind: "slanted", text: part.slice(1, -1) };
  return { kind: "plain", text: part };
}

function filled({ kind, text }: Piece, known: Known): Piece[] {
  // Every second part is the name of a field.
  const parts = text.split(FIELD).map((part, at): Piece => (at % 2 ? field(kind, part, known) : { kind, text: part }));
  return parts.filter((part) => part.text);
}

function field(kind: Piece["kind"], name: string, known: Known): Piece {
  const column = name.toLowerCase();
  const value = Object.hasOwn(known, column) ? known[column] : "";
  return value ? { kind, text: value } : { kind: "gap", text: name };
}

function block(text: string, known: Known): Block {
  const lines = text.split("\n").map((line) => line.trim());
  if (lines.every((line) => BULLET.test(line))) {
    return { kind: "list", lines: lines.map((line) => pieces(line.replace(BULLET, ""), known)) };
  }
  if (lines.length === 1 && HEADING.test(text)) return { kind: "heading", lines: [pieces(text.replace(HEADING, ""), known)] };
  return { kind: "paragraph", lines: lines.map((line) => pieces(line, known)) };
}

/** Return the blocks of a script with what is known filled in; an empty line ends one. */
export function blocks(script: string, known: Known = {}): Block[] {
  return script
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => block(part, known));
}
