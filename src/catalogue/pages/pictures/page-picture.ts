import type { PageContent } from '../page.ts';
import { levelTitle } from '../phrases.ts';
import { Canvas, type Colour, type Ink, type Point } from './canvas.ts';
import { encodePng } from './png.ts';
import { strokesOf, widthOf } from './stroke-font.ts';

export type PagePicture = NonNullable<PageContent['picture']>;

const WIDTH = 1200;
const HEIGHT = 630;
const MARGIN = 84;
const TEXT_WIDTH = WIDTH - 2 * MARGIN;

const GROUND: Colour = [250, 249, 246];
const INK: Colour = [27, 33, 38];
const MUTED: Colour = [85, 96, 106];
const ACCENT: Colour = [15, 92, 99];
const WHITE: Colour = [255, 255, 255];
const LEVELS: Readonly<Record<NonNullable<PagePicture['level']>, Colour>> = {
  low: [28, 104, 57],
  medium: [118, 80, 0],
  high: [149, 61, 0],
  critical: [158, 17, 38],
};

/** Places in the list of inks. */
const [TEXT, QUIET, BRAND, ON_BRAND, LEVEL, ON_LEVEL] = [0, 1, 2, 3, 4, 5] as const;

/** Tried in turn: how large a title may be, and on how many lines. */
const TITLES = [
  [70, 1],
  [62, 1],
  [54, 1],
  [62, 2],
  [52, 2],
  [44, 2],
  [38, 3],
] as const;
const SUBTITLE_SIZE = 27;
const SUBTITLE_LINES = 2;
/** Characters looked at; more would not fit anyway. */
const LONGEST = 300;

/** The picture that previews show for a page: PNG, 1200 × 630. The same words give the same bytes. */
export function drawPagePicture({ title, subtitle, level }: PagePicture): Buffer {
  const levelColour = level === undefined ? ACCENT : LEVELS[level];
  const canvas = new Canvas(WIDTH, HEIGHT, [
    { colour: INK, upon: GROUND },
    { colour: MUTED, upon: GROUND },
    { colour: ACCENT, upon: GROUND },
    { colour: WHITE, upon: ACCENT },
    { colour: levelColour, upon: GROUND },
    { colour: WHITE, upon: levelColour },
  ] satisfies readonly Ink[]);
  canvas.line(
    LEVEL,
    [
      [-20, HEIGHT - 7],
      [WIDTH + 20, HEIGHT - 7],
    ],
    16,
  );
  drawBrand(canvas);
  const titled = fitTitle(title.slice(0, LONGEST));
  const under = wrap(subtitle.slice(0, LONGEST), SUBTITLE_SIZE, SUBTITLE_LINES);
  // the words stand in the middle of what the brand and the level leave
  const height = titled.lines.length * titled.size * 1.75 + under.length * SUBTITLE_SIZE * 1.9;
  let y = 350 - height / 2;
  for (const line of titled.lines) {
    drawText(canvas, line, { ink: TEXT, x: MARGIN, y, size: titled.size, weight: 0.14 });
    y += titled.size * 1.75;
  }
  y += SUBTITLE_SIZE * 0.35;
  for (const line of under) {
    drawText(canvas, line, { ink: QUIET, x: MARGIN, y, size: SUBTITLE_SIZE, weight: 0.115 });
    y += SUBTITLE_SIZE * 1.9;
  }
  if (level !== undefined) drawLevel(canvas, `${levelTitle(level)} risk`);
  return encodePng(canvas.picture());
}

function drawBrand(canvas: Canvas): void {
  const [x, y] = [MARGIN + 24, 96];
  canvas.line(
    BRAND,
    [
      [x - 12, y - 12],
      [x + 12, y - 12],
      [x + 12, y + 12],
      [x - 12, y + 12],
      [x - 12, y - 12],
    ],
    24,
  );
  canvas.line(
    BRAND,
    [
      [x - 8, y],
      [x + 8, y],
    ],
    20,
  );
  const arch = Array.from({ length: 13 }, (_, i): Point => {
    const angle = Math.PI + (Math.PI * i) / 12;
    return [x + 12 * Math.cos(angle), y - 3 + 12 * Math.sin(angle)];
  });
  canvas.line(ON_BRAND, [[x - 12, y + 14], ...arch, [x + 12, y + 14]], 4.5);
  canvas.line(
    ON_BRAND,
    [
      [x - 4, y],
      [x - 4, y + 14],
    ],
    4.5,
  );
  canvas.line(
    ON_BRAND,
    [
      [x + 4, y],
      [x + 4, y + 14],
    ],
    4.5,
  );
  drawText(canvas, 'Toolgate', { ink: TEXT, x: x + 46, y: y - 14, size: 29, weight: 0.16 });
}

function drawLevel(canvas: Canvas, words: string): void {
  const size = 23;
  const width = widthOf(words, size);
  const [x, y] = [WIDTH - MARGIN - 29 - width, 96];
  canvas.line(
    LEVEL,
    [
      [x, y],
      [x + width, y],
    ],
    58,
  );
  drawText(canvas, words, { ink: ON_LEVEL, x: x, y: y - size / 2, size, weight: 0.14 });
}

interface TextStyle {
  readonly ink: number;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** Thickness of strokes by the height of capitals. */
  readonly weight: number;
}

function drawText(canvas: Canvas, text: string, { ink, x, y, size, weight }: TextStyle): void {
  for (const stroke of strokesOf(text, size))
    canvas.line(
      ink,
      stroke.map(([px, py]): Point => [px + x, py + y]),
      size * weight,
    );
}

/** The title as large as it fits, on as few lines as that allows. */
function fitTitle(title: string): { readonly size: number; readonly lines: readonly string[] } {
  for (const [size, most] of TITLES) {
    const lines = wrap(title, size, most + 1);
    if (lines.length <= most) return { size, lines };
  }
  const [size, most] = TITLES[TITLES.length - 1] ?? [38, 3];
  return { size, lines: wrap(title, size, most) };
}

/** Breaks behind spaces and the joints of names, in between where a part alone is too long; what is left over is cut off. */
function wrap(text: string, size: number, most: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const parts = text.trim().split(/(?<=[\s_\-/.:@])/u);
  const pieces = parts.flatMap((part) => (widthOf(part, size) > TEXT_WIDTH ? Array.from(part) : [part]));
  for (const piece of pieces) {
    if (line === '' || widthOf((line + piece).trimEnd(), size) <= TEXT_WIDTH) line += piece;
    else if (lines.length + 1 < most) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else return [...lines, clipped(line, size)];
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

function clipped(line: string, size: number): string {
  let characters = Array.from(line.trimEnd());
  while (characters.length > 1 && widthOf(`${characters.join('')}…`, size) > TEXT_WIDTH)
    characters = characters.slice(0, -1);
  return `${characters.join('').trimEnd()}…`;
}
