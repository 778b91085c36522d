/** Rules for facets, suggestions under a search field, and forms; part of the site's stylesheet. */
export const SEARCH_AND_FORMS_STYLE = `
.facets { display: grid; gap: .5rem; margin: 0 0 1.25rem; }
.facets ul { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; margin: 0; padding: 0; }
.facet { display: inline-block; border: 1px solid var(--line); border-radius: 999px; padding: .22rem .8rem; font-size: .9rem; color: var(--ink); background: var(--surface); text-decoration: none; font-variant-numeric: tabular-nums; }
.facet:hover { border-color: var(--accent); color: var(--accent-strong); }
.facet[aria-current] { border-color: currentColor; font-weight: 620; }
.facet.low { color: var(--low); background: var(--low-ground); } .facet.medium { color: var(--medium); background: var(--medium-ground); }
.facet.high { color: var(--high); background: var(--high-ground); } .facet.critical { color: var(--critical); background: var(--critical-ground); }
.facet.unknown { color: var(--unknown); background: var(--unknown-ground); }

form.search { position: relative; }
.suggestions { position: absolute; z-index: 3; inset: calc(100% + .35rem) 0 auto 0; list-style: none; margin: 0; padding: .3rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 12px 32px rgb(0 0 0 / .16); max-height: 24rem; overflow-y: auto; }
.suggestions li { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem .6rem; padding: .45rem .6rem; border-radius: 7px; cursor: pointer; max-width: none; }
.suggestions li:hover, .suggestions li[aria-selected="true"] { background: var(--sunken); }
.suggestion-name { font-family: var(--mono); font-size: .92rem; font-weight: 620; overflow-wrap: anywhere; }
.suggestion-note { color: var(--muted); font-size: .88rem; overflow-wrap: anywhere; }

.form { max-width: 46rem; margin: 1.25rem 0; }
.field { margin-bottom: 1.1rem; }
.field label { display: block; font-weight: 620; margin-bottom: .3rem; }
.field input, .field textarea { width: 100%; display: block; }
.field textarea { resize: vertical; line-height: 1.5; }
.field textarea[name="block"] { font-family: var(--mono); font-size: .86rem; background: var(--sunken); }
.field textarea::placeholder { color: var(--muted); opacity: 1; }
.field [aria-invalid="true"] { border-color: var(--critical); border-width: 2px; }
.fault { color: var(--critical); font-size: .92rem; margin: .3rem 0 0; font-weight: 560; }
.field .small { margin: .45rem 0 0; }
th[scope], td.short { white-space: nowrap; overflow-wrap: normal; }
td.words { min-width: 13rem; }
div.warn { margin: 1rem 0 1.25rem; }
.warn ul { margin: .4rem 0 0; padding-left: 1.2rem; }
.warn p:last-child { margin-bottom: 0; }
.names { columns: 20rem; column-gap: 2.5rem; list-style: none; padding: .2rem 0 .6rem; margin: 0; }
.names li { break-inside: avoid; padding: .16rem 0; max-width: none; }
`;
