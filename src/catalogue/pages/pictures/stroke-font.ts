import type { Point } from './canvas.ts';

/*
 * A font of single strokes, for pictures that a program draws. A glyph is its width and its strokes, in tenths of a capital's
 * height: y goes down from 0, the top of a capital, to 10, the line that letters stand on; small letters begin at 3.7, and 13 is
 * as deep as they go. Strokes: `l` a line through points, `o` an arc (middle, radii, from and to in degrees, clockwise from the
 * right), `q` a curve (from, control, to).
 */
const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '3.4',
  A: '7.4 l.3,10,3.7,0,7.1,10 l1.5,6.6,5.9,6.6',
  B: '6.7 l.7,10,.7,0,3.4,0 o3.4,2.4,2.4,2.4,270,450 l.7,4.8,3.6,4.8 o3.6,7.4,2.6,2.6,270,450 l3.6,10,.7,10',
  C: '7.5 o4.2,5,3.7,5,48,312',
  D: '7.8 l.7,0,.7,10,2.9,10 l.7,0,2.9,0 o2.9,5,4.3,5,270,450',
  E: '6.1 l5.5,0,.7,0,.7,10,5.5,10 l.7,4.9,4.9,4.9',
  F: '5.8 l5.5,0,.7,0,.7,10 l.7,4.9,4.8,4.9',
  G: '8.3 o4.2,5,3.7,5,0,312 l5,5,7.9,5',
  H: '7.4 l.7,0,.7,10 l6.7,0,6.7,10 l.7,4.9,6.7,4.9',
  I: '2 l1,0,1,10',
  J: '5 l4.3,0,4.3,7.4 o2.4,7.4,1.9,2.6,0,160',
  K: '6.7 l.7,0,.7,10 l6.1,0,.7,6.2 l2.7,4.2,6.4,10',
  L: '5.5 l.7,0,.7,10,5.2,10',
  M: '8.8 l.7,10,.7,0,4.4,6.5,8.1,0,8.1,10',
  N: '7.6 l.7,10,.7,0,6.9,10,6.9,0',
  O: '8.4 o4.2,5,3.7,5,0,360',
  P: '6.4 l.7,10,.7,0,3.3,0 o3.3,2.8,2.7,2.8,270,450 l3.3,5.6,.7,5.6',
  Q: '8.4 o4.2,5,3.7,5,0,360 l5.2,7.2,7.8,10.4',
  R: '6.8 l.7,10,.7,0,3.3,0 o3.3,2.8,2.7,2.8,270,450 l3.3,5.6,.7,5.6 l3.5,5.6,6.3,10',
  S: '6.2 o3.1,2.45,2.3,2.45,90,328 o3.1,7.45,2.5,2.55,270,512',
  T: '6.6 l.3,0,6.3,0 l3.3,0,3.3,10',
  U: '7.4 l.7,0,.7,6.6 o3.7,6.6,3,3.4,0,180 l6.7,0,6.7,6.6',
  V: '7 l.3,0,3.5,10,6.7,0',
  W: '10.2 l.3,0,2.7,10,5.1,1,7.5,10,9.9,0',
  X: '6.8 l.5,0,6.3,10 l6.3,0,.5,10',
  Y: '6.8 l.4,0,3.4,5.2,6.4,0 l3.4,5.2,3.4,10',
  Z: '6.5 l.6,0,5.9,0,.5,10,6,10',
  a: '6.2 o3.1,6.85,2.5,3.15,0,360 l5.6,3.7,5.6,10',
  b: '6.3 l.7,0,.7,10 o3.2,6.85,2.5,3.15,0,360',
  c: '5.5 o3.1,6.85,2.5,3.15,50,310',
  d: '6.3 o3.1,6.85,2.5,3.15,0,360 l5.6,0,5.6,10',
  e: '6.1 o3.1,6.85,2.5,3.15,42,360 l.6,6.85,5.6,6.85',
  f: '3.8 l1.5,10,1.5,2.3 o3.3,2.3,1.8,2.3,180,288 l.2,3.8,3.4,3.8',
  g: '6.3 o3.1,6.85,2.5,3.15,0,360 l5.6,3.7,5.6,10.4 o3.1,10.4,2.5,2.6,0,152',
  h: '6.2 l.7,0,.7,10 o3.1,6.2,2.4,2.5,180,360 l5.5,6.2,5.5,10',
  i: '2 l1,3.7,1,10 l1,.9,1,.9',
  j: '2.2 l1.2,3.7,1.2,11 o-.4,11,1.6,2,0,95 l1.2,.9,1.2,.9',
  k: '5.5 l.7,0,.7,10 l5,3.7,.7,7.5 l2.3,6.1,5.2,10',
  l: '2 l1,0,1,10',
  m: '9.5 l.7,3.7,.7,10 o2.7,6.1,2,2.4,180,360 l4.7,6.1,4.7,10 o6.7,6.1,2,2.4,180,360 l8.7,6.1,8.7,10',
  n: '6.2 l.7,3.7,.7,10 o3.1,6.2,2.4,2.5,180,360 l5.5,6.2,5.5,10',
  o: '6.2 o3.1,6.85,2.6,3.15,0,360',
  p: '6.3 l.7,3.7,.7,13 o3.2,6.85,2.5,3.15,0,360',
  q: '6.3 o3.1,6.85,2.5,3.15,0,360 l5.6,3.7,5.6,13',
  r: '4 l.7,3.7,.7,10 o3,6.3,2.3,2.6,180,286',
  s: '5.2 o2.6,5.25,1.9,1.55,90,330 o2.6,8.4,2.1,1.6,270,512',
  t: '4 l1.5,1.2,1.5,8 o3.3,8,1.8,2,68,180 l.2,3.8,3.5,3.8',
  u: '6.2 l.7,3.7,.7,7.5 o3.1,7.5,2.4,2.5,0,180 l5.5,3.7,5.5,10',
  v: '5.6 l.4,3.7,2.8,10,5.2,3.7',
  w: '8.2 l.4,3.7,2.2,10,4.1,4.4,6,10,7.8,3.7',
  x: '5.4 l.5,3.7,4.9,10 l4.9,3.7,.5,10',
  y: '5.6 l.4,3.7,2.9,9.9 l5.3,3.7,2.4,11.3 q2.4,11.3,1.7,13,.3,12.9',
  z: '5.2 l.5,3.7,4.7,3.7,.5,10,4.8,10',
  ı: '2 l1,3.7,1,10',
  ł: '2.4 l1.2,0,1.2,10 l.1,6,2.3,4.2',
  Ł: '5.9 l1.1,0,1.1,10,5.6,10 l.1,6.2,3.2,4.2',
  ø: '6.2 o3.1,6.85,2.6,3.15,0,360 l.8,10.2,5.4,3.5',
  Ø: '8.4 o4.2,5,3.7,5,0,360 l1.2,10.3,7.2,-.3',
  đ: '6.5 o3.1,6.85,2.5,3.15,0,360 l5.6,0,5.6,10 l3.6,1.9,6.6,1.9',
  ß: '6.2 l.7,10,.7,2.6 o2.9,2.4,2.2,2.4,180,450 o3,7.3,2.6,2.5,270,480',
  æ: '9.6 o3,6.85,2.4,3.15,0,360 l5.4,3.7,5.4,10 o7.2,6.85,2,3.15,42,360 l5.2,6.85,9.2,6.85',
  '0': '6.4 o3.2,5,2.6,5,0,360',
  '1': '6.4 l1.3,2,3.5,0,3.5,10',
  '2': '6.4 o3.2,2.9,2.5,2.9,192,383 l5.5,4,.7,10,5.8,10',
  '3': '6.4 o3.1,2.45,2.3,2.45,205,450 o3.1,7.45,2.6,2.55,270,512',
  '4': '6.4 l4.6,10,4.6,0,.5,7,6,7',
  '5': '6.4 l5.4,0,1.2,0,.9,4.7 o3.1,6.75,2.6,3.25,214,508',
  '6': '6.4 o3.2,6.8,2.6,3.2,0,360 q.6,6.8,.7,2.2,4.5,0',
  '7': '6.4 l.6,0,5.8,0,2.3,10',
  '8': '6.4 o3.2,2.45,2.2,2.45,0,360 o3.2,7.45,2.6,2.55,0,360',
  '9': '6.4 o3.2,3.2,2.6,3.2,0,360 q5.8,3.2,5.7,7.8,1.9,10',
  '.': '2 l1,9.8,1,9.8',
  ',': '2 l1.1,9.7,.5,11.5',
  ':': '2 l1,4.6,1,4.6 l1,9.8,1,9.8',
  ';': '2 l1,4.6,1,4.6 l1.1,9.7,.5,11.5',
  '!': '2 l1,0,1,6.8 l1,9.8,1,9.8',
  '?': '5.2 o2.6,2.5,2.1,2.5,190,440 l2.9,5,2.6,6.9 l2.6,9.8,2.6,9.8',
  "'": '1.8 l.9,0,.9,2.6',
  '"': '3.6 l.9,0,.9,2.6 l2.7,0,2.7,2.6',
  '`': '2.8 l.6,0,2,2',
  '‘': '2 l.8,0,1.2,2.6',
  '’': '2 l1.2,0,.8,2.6',
  '“': '3.8 l1.3,0,.7,2.6 l3.1,0,2.5,2.6',
  '”': '3.8 l1.3,0,.7,2.6 l3.1,0,2.5,2.6',
  '(': '3 q2.6,-.8,-.6,5,2.6,11.6',
  ')': '3 q.4,-.8,3.6,5,.4,11.6',
  '[': '3 l2.6,-.8,.8,-.8,.8,11.4,2.6,11.4',
  ']': '3 l.4,-.8,2.2,-.8,2.2,11.4,.4,11.4',
  '{': '3.6 q3.2,-.8,1.6,-.8,1.7,2 l1.7,2,1.7,3.8 q1.7,3.8,1.7,5.3,.5,5.3 q.5,5.3,1.7,5.3,1.7,6.8 l1.7,6.8,1.7,8.6 q1.7,8.6,1.6,11.4,3.2,11.4',
  '}': '3.6 q.4,-.8,2,-.8,1.9,2 l1.9,2,1.9,3.8 q1.9,3.8,1.9,5.3,3.1,5.3 q3.1,5.3,1.9,5.3,1.9,6.8 l1.9,6.8,1.9,8.6 q1.9,8.6,2,11.4,.4,11.4',
  '⟨': '3 l2.5,-.8,.6,5.3,2.5,11.4',
  '⟩': '3 l.5,-.8,2.4,5.3,.5,11.4',
  '<': '6 l5.4,2.6,.8,6,5.4,9.4',
  '>': '6 l.6,2.6,5.2,6,.6,9.4',
  '-': '4.2 l.7,6.4,3.5,6.4',
  '–': '5.8 l.5,6.4,5.3,6.4',
  '—': '9 l.5,6.4,8.5,6.4',
  _: '5.8 l.3,11.4,5.5,11.4',
  '/': '4.6 l4.3,-.6,.3,11.2',
  '\\': '4.6 l.3,-.6,4.3,11.2',
  '|': '2 l1,-.8,1,11.4',
  '@': '10.4 o5.3,5.6,1.9,2.2,0,360 l7.2,3.6,7.2,6.4 o8.25,6.4,1.05,1.5,0,180 o5.1,5.4,4.3,5.1,48,360',
  '#': '7 l2.6,.6,1.6,9.6 l5.6,.6,4.6,9.6 l.6,3.4,6.6,3.4 l.4,6.8,6.4,6.8',
  $: '6.2 o3.1,2.95,2.2,1.95,90,328 o3.1,7.05,2.4,2.15,270,512 l3.1,-.6,3.1,10.8',
  '%': '8.4 o2.2,2.4,1.6,2.2,0,360 o6.2,7.6,1.6,2.2,0,360 l6.9,0,1.5,10',
  '&': '7.4 l7,10,1.6,3.5 o2.9,2.2,1.7,2.2,140,395 l4.3,3.4,1.5,5.6 o3,7.6,2.4,2.4,30,235 l5.1,8.8,6.9,5.4',
  '*': '4.8 l2.4,.2,2.4,4.6 l.5,1.3,4.3,3.5 l4.3,1.3,.5,3.5',
  '+': '6.2 l3.1,3.2,3.1,9 l.4,6.1,5.8,6.1',
  '=': '6.2 l.5,4.7,5.7,4.7 l.5,7.5,5.7,7.5',
  '~': '6.2 q.4,6.8,1.6,4.8,3.1,6.1 q3.1,6.1,4.6,7.4,5.8,5.4',
  '^': '5 l.6,3,2.5,0,4.4,3',
  '·': '2.4 l1.2,5.6,1.2,5.6',
  '…': '6.4 l1,9.8,1,9.8 l3.2,9.8,3.2,9.8 l5.4,9.8,5.4,9.8',
  '×': '5.6 l.7,4,4.9,8.4 l4.9,4,.7,8.4',
  '→': '8.4 l.6,6.2,7.6,6.2 l5.2,3.8,7.8,6.2,5.2,8.6',
};

/** Marks above and below a letter: drawn around x = 0, as if over a small letter. */
const MARKS: Readonly<Record<string, string>> = {
  '\u0300': '0 l-1.2,.4,.4,2.2',
  '\u0301': '0 l1.2,.4,-.4,2.2',
  '\u0302': '0 l-1.5,2.2,0,.6,1.5,2.2',
  '\u0303': '0 q-1.7,2,-.8,.2,0,1.4 q0,1.4,.8,2.4,1.7,.8',
  '\u0304': '0 l-1.5,1.6,1.5,1.6',
  '\u0306': '0 o0,.4,1.5,1.8,10,170',
  '\u0307': '0 l0,1.4,0,1.4',
  '\u0308': '0 l-1.2,1.4,-1.2,1.4 l1.2,1.4,1.2,1.4',
  '\u030A': '0 o0,1.1,1,1.1,0,360',
  '\u030B': '0 l0,.4,-1,2.2 l1.9,.4,.9,2.2',
  '\u030C': '0 l-1.5,.6,0,2.2,1.5,.6',
  '\u0323': '0 l0,12.2,0,12.2',
  '\u0327': '0 l0,10,-.2,11.2 o-.4,12,1,.9,290,460',
  '\u0328': '0 o1.4,11.5,1.3,1.5,120,270',
};

// looked up in maps, so that no character meets a prototype
const DRAWABLE = new Map(Object.entries(GLYPHS));
const DRAWABLE_MARKS = new Map(Object.entries(MARKS));

/** What stands for a character that has no glyph. */
const BOX = '6.2 l.9,.6,5.3,.6,5.3,10,.9,10,.9,.6';
const LETTER_GAP = 1.5;
/** How much higher marks stand on tall letters; those below stay where they are. */
const RAISED = 3.7;
const BELOW = /[\u0323\u0327\u0328]/;

/** A character as it is drawn: strokes from its own left edge, and the way to the next one. */
interface Glyph {
  readonly advance: number;
  readonly strokes: readonly (readonly Point[])[];
}

const drawn = new Map<string, Glyph>();

/**
 * The strokes of a line of text, from (0, 0) at the top left of its capitals, for capitals of the given height. Letters with
 * marks are put together; other characters without a glyph are boxes, and those that nobody sees are left out.
 */
export function strokesOf(text: string, capHeight: number): readonly (readonly Point[])[] {
  const unit = capHeight / 10;
  const strokes: (readonly Point[])[] = [];
  const put = (glyph: Glyph, x: number, y: number): void => {
    for (const stroke of glyph.strokes)
      strokes.push(stroke.map(([px, py]) => [(px + x) * unit, (py + y) * unit]));
  };
  let x = 0;
  let letter: { readonly middle: number; readonly isTall: boolean } | undefined;
  for (const character of text.normalize('NFD')) {
    const mark = DRAWABLE_MARKS.get(character);
    if (mark !== undefined && letter !== undefined)
      put(glyphOf(mark), letter.middle, letter.isTall && !BELOW.test(character) ? -RAISED : 0);
    const glyph = glyphFor(character);
    if (glyph === undefined) continue;
    put(glyph, x, 0);
    letter = { middle: x + glyph.advance / 2, isTall: /[\p{Lu}bdfhklt]/u.test(character) };
    x += glyph.advance + LETTER_GAP;
  }
  return strokes;
}

/** How wide a line of text is, for capitals of the given height. */
export function widthOf(text: string, capHeight: number): number {
  let x = 0;
  for (const character of text.normalize('NFD')) {
    const glyph = glyphFor(character);
    if (glyph !== undefined) x += glyph.advance + LETTER_GAP;
  }
  return (Math.max(0, x - LETTER_GAP) * capHeight) / 10;
}

/** Undefined for what takes no room of its own. */
function glyphFor(character: string): Glyph | undefined {
  if (/[\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(character)) return undefined;
  return glyphOf(DRAWABLE.get(/\p{Z}/u.test(character) ? ' ' : character) ?? BOX);
}

function glyphOf(description: string): Glyph {
  const known = drawn.get(description);
  if (known !== undefined) return known;
  const [advance = '0', ...strokes] = description.split(' ');
  const glyph = { advance: Number(advance), strokes: strokes.map(pointsOf) };
  drawn.set(description, glyph);
  return glyph;
}

function pointsOf(stroke: string): readonly Point[] {
  const numbers = stroke.slice(1).split(',').map(Number);
  const at = (index: number): number => numbers[index] ?? 0;
  if (stroke.startsWith('o')) return arcOf(at(0), at(1), at(2), at(3), at(4), at(5));
  if (stroke.startsWith('q'))
    return Array.from({ length: 9 }, (_, i): Point => {
      const t = i / 8;
      const mix = (a: number, b: number, c: number): number =>
        (1 - t) * (1 - t) * a + 2 * t * (1 - t) * b + t * t * c;
      return [mix(at(0), at(2), at(4)), mix(at(1), at(3), at(5))];
    });
  return Array.from({ length: numbers.length / 2 }, (_, i): Point => [at(i * 2), at(i * 2 + 1)]);
}

function arcOf(
  middleX: number,
  middleY: number,
  radiusX: number,
  radiusY: number,
  from: number,
  to: number,
): readonly Point[] {
  const parts = Math.max(2, Math.ceil((to - from) / 12));
  return Array.from({ length: parts + 1 }, (_, i): Point => {
    const angle = ((from + ((to - from) * i) / parts) * Math.PI) / 180;
    return [middleX + radiusX * Math.cos(angle), middleY + radiusY * Math.sin(angle)];
  });
}
