/** What an agent is to say, as the house writes it: paragraphs, lists, **bold** and *slanted* words.
 *
 * It is read into plain pieces that the page draws itself, so whatever stands in a lead stays text.
 */

export interface Piece {
  readonly kind: "plain" | "bold" | "slanted";
  readonly text: string;
}
export interface Block {
  readonly kind: "paragraph" | "heading" | "list";
  readonly lines: readonly (readonly Piece[])[];
}

const MARKED = /(\*\*[^\s*](?:[^*]*[^\s*])?\*\*|\*[^\s*](?:[^*]*[^\s*])?\*)/;
const BULLET = /^[-*] +/;
const HEADING = /^#{1,3} +/;

/** Return the pieces of one line. */
export function pieces(line: string): Piece[] {
  return line.split(MARKED).filter(Boolean).map((part): Piece => {
    if (part.startsWith("**") && part.length > 4) return { kind: "bold", text: part.slice(2, -2) };
    if (part.startsWith("*") && part.endsWith("*") && part.length > 2) return { kind: "slanted", text: part.slice(1, -1) };
    return { kind: "plain", text: part };
  });
}

function block(text: string): Block {
  const lines = text.split("\n").map((line) => line.trim());
  if (lines.every((line) => BULLET.test(line))) {
    return { kind: "list", lines: lines.map((line) => pieces(line.replace(BULLET, ""))) };
  }
  if (lines.length === 1 && HEADING.test(text)) return { kind: "heading", lines: [pieces(text.replace(HEADING, ""))] };
  return { kind: "paragraph", lines: lines.map(pieces) };
}

/** Return the blocks of a script; an empty line ends one. */
export function blocks(script: string): Block[] {
  return script
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map(block);
}
