/** The stylesheet of the site: system fonts, light and dark, from a phone upwards. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #faf9f6;
  --surface: #ffffff;
  --sunken: #f1f1ec;
  --ink: #1b2126;
  --muted: #55606a;
  --line: #dcddd6;
  --accent: #0f5c63;
  --accent-strong: #0a474d;
  --on-accent: #ffffff;
  --low: #1c6839; --low-ground: #e2f2e7;
  --medium: #765000; --medium-ground: #faefd2;
  --high: #953d00; --high-ground: #fde7d8;
  --critical: #9e1126; --critical-ground: #fbe3e5;
  --unknown: #4a545e; --unknown-ground: #e7eaec;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101519;
    --surface: #171e23;
    --sunken: #0b0f12;
    --ink: #e4e9ec;
    --muted: #9dadb7;
    --line: #2a343b;
    --accent: #6fc9cf;
    --accent-strong: #93dbe0;
    --on-accent: #06282b;
    --low: #8fd8a8; --low-ground: #16301f;
    --medium: #efc766; --medium-ground: #33290f;
    --high: #ffae7d; --high-ground: #3a2213;
    --critical: #ff9ca7; --critical-ground: #40171d;
    --unknown: #b9c4cc; --unknown-ground: #29323a;
  }
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  display: flex; flex-direction: column; min-height: 100vh; overflow-wrap: break-word;
}
.bar, main { width: 100%; max-width: 74rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2.25rem); }
main { flex: 1; padding-block: 1.75rem 4rem; }
main:focus { outline: none; }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: .06em; }
a:hover { color: var(--accent-strong); text-decoration-thickness: .12em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
h1, h2, h3 { line-height: 1.2; text-wrap: balance; letter-spacing: -.01em; }
h1 { font-size: clamp(1.6rem, 1.2rem + 1.8vw, 2.35rem); margin: 0 0 .5rem; font-weight: 680; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; font-weight: 650; }
h3 { font-size: 1.02rem; margin: 1.5rem 0 .4rem; font-weight: 650; }
p, ul, ol, dl { margin: 0 0 1rem; }
p, li, dd { max-width: 70ch; }
code, pre, .mono { font-family: var(--mono); font-size: .9em; overflow-wrap: anywhere; }
p code, li code, td code, dd code { background: var(--sunken); border-radius: 4px; padding: .1em .32em; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: .5rem; background: var(--surface); padding: .5rem 1rem; z-index: 2; }
.muted, .row-note, .fine { color: var(--muted); }
.small { font-size: .9rem; }

.top { background: var(--surface); border-bottom: 1px solid var(--line); }
.top .bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 2rem; padding-block: .7rem; }
.brand { display: inline-flex; align-items: center; gap: .55rem; font-weight: 700; font-size: 1.08rem; color: var(--ink); text-decoration: none; letter-spacing: -.01em; }
.mark-ground { fill: var(--accent); }
.mark-line { fill: none; stroke: var(--surface); stroke-width: 2; stroke-linecap: round; }
nav ul { display: flex; flex-wrap: wrap; gap: .1rem clamp(.9rem, 2.5vw, 1.35rem); list-style: none; margin: 0; padding: 0; }
.top nav a, .bottom nav a { display: inline-block; padding-block: .3rem; color: var(--muted); text-decoration: none; font-size: .95rem; }
.top nav a:hover, .bottom nav a:hover { color: var(--ink); text-decoration: underline; }
.top nav a[aria-current] { color: var(--ink); box-shadow: 0 2px 0 var(--accent); }
.bottom { border-top: 1px solid var(--line); background: var(--surface); padding-block: 1.75rem 2.25rem; font-size: .95rem; }
.bottom p { margin: 0 0 .5rem; }
.fine { font-size: .88rem; }

.crumbs { font-size: .9rem; margin-bottom: 1.1rem; }
.crumbs ol { display: flex; flex-wrap: wrap; gap: .1rem .5rem; list-style: none; padding: 0; margin: 0; color: var(--muted); }
.crumbs li + li::before { content: "/"; margin-right: .5rem; color: var(--line); }
.page-head { margin-bottom: 1.5rem; }
.page-head h1.name { font-family: var(--mono); font-weight: 620; letter-spacing: -.025em; font-size: clamp(1.35rem, 1rem + 1.7vw, 2.05rem); }
.lead { font-size: 1.12rem; max-width: 62ch; color: var(--ink); }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 1.25rem; margin: 1.25rem 0; }
.button, button {
  font: inherit; font-weight: 600; cursor: pointer; border-radius: 7px; border: 1px solid var(--accent);
  background: var(--accent); color: var(--on-accent); padding: .55rem 1.05rem; text-decoration: none; display: inline-block; line-height: 1.3;
}
.button:hover, button:hover { background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent); }
.button.quiet { background: transparent; color: var(--accent); }
.button.quiet:hover { color: var(--accent-strong); background: var(--sunken); }

.badge, .tag { display: inline-block; border-radius: 999px; font-weight: 620; white-space: nowrap; border: 1px solid transparent; }
.badge { font-size: .92rem; padding: .22rem .8rem; text-decoration: none; border-color: currentColor; }
.badge:hover { text-decoration: underline; }
.tag { font-size: .8rem; padding: .08rem .6rem; }
.low { color: var(--low); background: var(--low-ground); }
.medium { color: var(--medium); background: var(--medium-ground); }
.high { color: var(--high); background: var(--high-ground); }
.critical { color: var(--critical); background: var(--critical-ground); }
.unknown { color: var(--unknown); background: var(--unknown-ground); }
.badge.low:hover { color: var(--low); } .badge.medium:hover { color: var(--medium); } .badge.high:hover { color: var(--high); }
.badge.critical:hover { color: var(--critical); } .badge.unknown:hover { color: var(--unknown); }
.hidden-mark { font-size: .78rem; color: var(--critical); border: 1px dashed currentColor; border-radius: 4px; padding: 0 .35rem; white-space: nowrap; }
.unseen { font-family: var(--mono); font-size: .78em; color: var(--critical); background: var(--critical-ground); border-radius: 3px; padding: 0 .2em; }
.clipped { color: var(--muted); font-size: .88em; font-style: italic; }

.split { display: grid; gap: 0 3.25rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 60rem) {
  .split { grid-template: "head aside" auto "body aside" 1fr / minmax(0, 1fr) 19.5rem; }
  .split > .page-head { grid-area: head; }
  .split > .body { grid-area: body; }
  .split > .aside { grid-area: aside; position: sticky; top: 1.25rem; align-self: start; margin-top: .4rem; }
}
.split > * { min-width: 0; }
.body > section:first-child > h2:first-child { margin-top: 1rem; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; margin-bottom: 1.25rem; }
.panel > :first-child { margin-top: 0; }
.panel > :last-child { margin-bottom: 0; }
.facts { display: grid; grid-template-columns: minmax(5.5rem, auto) minmax(0, 1fr); gap: .45rem 1rem; margin: 0; font-size: .93rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.facts .line { display: block; }
.warn { border-left: 4px solid var(--critical); background: var(--critical-ground); color: var(--ink); padding: .7rem 1rem; border-radius: 0 8px 8px 0; max-width: 70ch; }
.note { border-left: 4px solid var(--line); padding: .1rem 0 .1rem 1rem; color: var(--muted); max-width: 70ch; }
.quoted { white-space: pre-line; border-left: 3px solid var(--accent); padding: .15rem 0 .15rem 1rem; margin: 0 0 1rem; max-width: 70ch; overflow-wrap: anywhere; }
.evidence { list-style: none; padding: 0; }
.evidence li { padding: .5rem 0; border-bottom: 1px solid var(--line); }
.evidence li:last-child { border-bottom: 0; }
.evidence q { font-weight: 600; overflow-wrap: anywhere; }

.code { border: 1px solid var(--line); border-radius: 10px; background: var(--sunken); overflow: hidden; margin: 0 0 1rem; }
.code-head { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 2.6rem; padding: .3rem .4rem .3rem 1rem; border-bottom: 1px solid var(--line); background: var(--surface); }
.code-label { font-family: var(--mono); font-size: .84rem; color: var(--muted); overflow-wrap: anywhere; }
.copy { padding: .25rem .8rem; font-size: .86rem; background: transparent; color: var(--accent); }
.copy:hover { background: var(--sunken); color: var(--accent-strong); }
pre { margin: 0; padding: .9rem 1rem; overflow: auto; max-height: 34rem; font-size: .86rem; line-height: 1.55; tab-size: 2; }
pre code { font-size: 1em; white-space: pre; overflow-wrap: normal; }
pre.line code { white-space: pre-wrap; overflow-wrap: anywhere; }
.policy { margin: 0 0 1.25rem; }
.policy .code { margin-bottom: .6rem; }
.policy figcaption { max-width: 70ch; }
textarea.code-text { width: 100%; font: .86rem/1.55 var(--mono); color: var(--ink); background: var(--sunken); border: 0; padding: .9rem 1rem; display: block; resize: vertical; }

.tabs { display: flex; flex-wrap: wrap; border: 0; margin: 0 0 1.25rem; padding: 0; min-width: 0; }
.tabs legend { padding: 0; margin-bottom: .6rem; }
.tabs > label { order: 0; padding: .5rem .95rem; cursor: pointer; color: var(--muted); border-bottom: 2px solid var(--line); font-weight: 600; font-size: .94rem; }
.tabs > label:hover { color: var(--ink); }
.tabs > .tab { order: 1; width: 100%; padding-top: 1rem; display: none; min-width: 0; }
.tabs > input { position: absolute; opacity: 0; pointer-events: none; }
.tabs > input:checked + label { color: var(--accent); border-color: var(--accent); }
.tabs > input:checked + label + .tab { display: block; }
.tabs > input:focus-visible + label { outline: 3px solid var(--accent); outline-offset: -3px; border-radius: 4px; }

.rows { list-style: none; padding: 0; margin: 0 0 1rem; border-top: 1px solid var(--line); }
.row { display: grid; grid-template-columns: 6.6rem minmax(0, 1fr); gap: .15rem .75rem; align-items: start; padding: .62rem 0; border-bottom: 1px solid var(--line); max-width: none; }
.row > .tag { justify-self: start; margin-top: .15rem; }
.row-main { min-width: 0; }
.row-name { font-weight: 620; overflow-wrap: anywhere; font-family: var(--mono); font-size: .93rem; }
.row-note { display: block; font-size: .89rem; overflow-wrap: anywhere; }
.server-row { grid-template-columns: minmax(0, 1fr); }
@media (min-width: 44rem) { .server-row { grid-template-columns: minmax(0, 1fr) auto; align-items: center; } }
@media (max-width: 30rem) { .row:not(.server-row) { grid-template-columns: minmax(0, 1fr); } }
.counts { display: inline-flex; flex-wrap: wrap; gap: .3rem; }
.table { overflow-x: auto; margin-bottom: 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--muted); font-weight: 600; font-size: .85rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--card, 13.5rem)), 1fr)); list-style: none; padding: 0; margin: 0 0 1rem; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.15rem; max-width: none; }
.card p { margin: .35rem 0 0; font-size: .93rem; color: var(--muted); }
.card a { font-weight: 620; }
.steps { padding-left: 1.35rem; }
.steps li { padding-left: .3rem; margin-bottom: .7rem; }
.steps li::marker { color: var(--accent); font-weight: 700; }

.bars { list-style: none; padding: 0; margin: 0 0 1rem; }
.bars li { display: grid; grid-template-columns: 6.8rem minmax(0, 1fr) 4.5rem; gap: .75rem; align-items: center; padding: .22rem 0; max-width: none; }
.bars progress { appearance: none; width: 100%; height: .7rem; border: 0; border-radius: 99px; background: var(--sunken); overflow: hidden; display: block; }
.bars progress::-webkit-progress-bar { background: var(--sunken); }
.bars progress::-webkit-progress-value { background: currentColor; }
.bars progress::-moz-progress-bar { background: currentColor; }
.bars .low, .bars .medium, .bars .high, .bars .critical, .bars .unknown { background: transparent; }
.bars .count { text-align: right; font-variant-numeric: tabular-nums; color: var(--muted); }

.search { display: flex; gap: .5rem; max-width: 44rem; margin: 1.25rem 0; }
.search input { flex: 1; min-width: 0; }
input[type="search"], input[type="text"], input[type="email"], select, textarea {
  font: inherit; color: var(--ink); background: var(--surface); border: 1px solid var(--muted); border-radius: 7px; padding: .55rem .8rem;
}
input[type="search"]:focus-visible { outline-offset: 0; }
.hero { display: grid; gap: 1rem 3.5rem; grid-template-columns: minmax(0, 1fr); align-items: center; padding-block: clamp(.25rem, 3vw, 2rem) 1rem; }
@media (min-width: 62rem) { .hero { grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr); } }
.hero > * { min-width: 0; }
.hero .panel { margin: 0; }
.hero .panel .code { margin: .9rem 0 .75rem; }
.wide { --card: 19rem; }
.hero h1 { font-size: clamp(1.9rem, 1.2rem + 3.2vw, 3.1rem); max-width: 22ch; letter-spacing: -.025em; }
.example { font-size: 1.05rem; margin: .9rem 0 .5rem; }
.figures { display: grid; gap: 1rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(8.5rem, max-content)); margin: 1.5rem 0; padding: 0; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--muted); font-size: .92rem; }
.figures dd { margin: 0; font-size: 1.75rem; font-weight: 680; letter-spacing: -.02em; font-variant-numeric: tabular-nums; line-height: 1.2; }
.faq details, details.more { border-bottom: 1px solid var(--line); padding: .2rem 0; }
.faq summary, details.more summary { cursor: pointer; padding: .55rem 0; font-weight: 620; }
.faq summary h3 { display: inline; font-size: 1rem; margin: 0; }
.faq details > :last-child { margin-bottom: .9rem; }
.two { display: grid; gap: 0 3rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 56rem) { .two { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media print { .top nav, .bottom, .copy, .actions { display: none; } .tabs > .tab { display: block; } }
`;
