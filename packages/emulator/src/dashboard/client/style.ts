import { palette } from '../../pages/page.js'

/** The style sheet of the page at `/`. It is dense because it shows data, and has the colors of the other pages. */
export const dashboardStyle = `
${palette}
:root { --good: #1c6b3c; --good-soft: #e6f4ea; }
@media (prefers-color-scheme: dark) { :root { --good: #8fd6a6; --good-soft: #17301f; } }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 20px 24px 48px; max-width: 1560px; background: var(--ground); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
header { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: 12px 24px; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1rem; font-weight: 650; }
h3 { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; margin: 0 0 8px; font-size: 0.875rem; }
h3 span, h3 code { font-weight: 400; color: var(--soft); }
h3 .count { margin-left: auto; }
.eyebrow { margin: 0 0 2px; color: var(--soft); font-size: 0.8125rem; font-weight: 600; }
.badge { margin-left: 6px; padding: 1px 9px; border: 1px dashed currentColor; border-radius: 999px; font-weight: 500; }
#said { min-height: 1.45em; margin: 6px 0; color: var(--soft); }
main { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 16px; align-items: start; }
.column { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
section { padding: 16px; background: var(--card); border-radius: 14px; box-shadow: var(--shadow); }
.title { display: flex; align-items: center; justify-content: space-between; gap: 12px; margin: 0 0 12px; }
.only { display: flex; align-items: center; gap: 8px; min-height: 24px; color: var(--soft); cursor: pointer; }
input[type=checkbox] { width: 16px; height: 16px; margin: 0; accent-color: var(--accent); }
.scroll { max-height: 420px; overflow: auto; border: 1px solid var(--line); border-radius: 10px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th {
  position: sticky; top: 0; z-index: 1; padding: 6px 10px; text-align: left; font-size: 0.75rem; font-weight: 600;
  color: var(--soft); background: var(--card); box-shadow: inset 0 -1px var(--line); white-space: nowrap;
}
td { padding: 6px 10px; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
tbody tr:first-child td { border-top: 0; }
td:not(.wide) { overflow-wrap: normal; }
.wide { width: 99%; min-width: 180px; }
time { white-space: nowrap; }
tr.failed td { background: color-mix(in srgb, var(--danger-soft) 55%, transparent); }
tr.failed td:first-child { box-shadow: inset 3px 0 var(--danger); }
main:has(#only:checked) #requests tbody tr:not(.failed) { display: none; }
.problem { margin-top: 4px; color: var(--danger); }
.problem ul { margin: 2px 0 0; padding-left: 18px; }
code { font: 0.8125rem/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.soft, .hint, .empty { color: var(--soft); }
.soft { font-size: 0.75rem; }
.hint { margin: 12px 0 0; font-size: 0.8125rem; }
.empty { margin: 0; padding: 14px; border: 1px dashed var(--line); border-radius: 10px; text-align: center; }
.parameters, .scopes { display: flex; flex-wrap: wrap; gap: 2px 10px; margin: 0; padding: 0; list-style: none; font-size: 0.75rem; }
.parameters span { color: var(--soft); }
.scopes { gap: 3px; }
.scopes code { display: block; padding: 0 6px; border-radius: 5px; background: var(--ground); font-size: 0.75rem; }
.pill { display: inline-block; padding: 0 8px; border-radius: 999px; font-size: 0.75rem; font-weight: 600; line-height: 20px; white-space: nowrap; }
.pill + br + .pill { margin-top: 4px; }
.good { color: var(--good); background: var(--good-soft); }
.pill.soft { background: var(--ground); }
.bad { color: var(--danger); background: var(--danger-soft); }
article + article { margin-top: 16px; }
.sdks { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 8px 16px; margin: 0; }
.sdks dt { font-weight: 600; }
.sdks dd { margin: 0; }
button {
  min-height: 32px; padding: 4px 12px; font: inherit; font-weight: 600; cursor: pointer; color: var(--ink);
  background: transparent; border: 1px solid var(--line); border-radius: 8px; white-space: nowrap;
}
button:hover { background: var(--accent-soft); border-color: var(--accent); }
button.danger { color: var(--danger); }
button.danger:hover { background: var(--danger-soft); border-color: var(--danger); }
#fault button { color: var(--accent-ink); background: var(--accent); border-color: var(--accent); }
#fault button:hover { filter: brightness(1.08); }
.clock { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
.clock time { margin-right: 4px; color: var(--soft); font-variant-numeric: tabular-nums; }
select, .field input {
  width: 100%; min-height: 32px; padding: 3px 8px; font: inherit; color: inherit; background: var(--field);
  border: 1px solid color-mix(in srgb, var(--soft) 60%, var(--line)); border-radius: 8px;
}
:is(button, select, input, .scroll, a):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
label { font-size: 0.8125rem; }
#fault { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin: 0 0 12px; }
#fault .field { min-width: 0; }
#fault label { display: block; margin: 0 0 3px; font-weight: 600; }
.full { grid-column: 1 / -1; }
.error { margin: 0; padding: 8px 12px; border-radius: 8px; background: var(--danger-soft); color: var(--danger); }
.waiting { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 10px; }
.waiting li { display: flex; align-items: center; justify-content: space-between; gap: 10px; padding: 8px 10px; }
.waiting li + li { border-top: 1px solid var(--line); }
.waiting li > span { min-width: 0; overflow-wrap: anywhere; }
.switch {
  display: grid; grid-template-columns: minmax(0, 1fr) 148px; align-items: center; gap: 8px; margin: 0 -8px; padding: 3px 8px;
  border-radius: 8px;
}
.switch label { overflow-wrap: anywhere; }
.changed { background: var(--accent-soft); }
.changed label { color: var(--accent); font-weight: 650; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
td .soft { white-space: nowrap; }
@media (max-width: 1000px) { main { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 640px) {
  body { padding: 16px 12px 40px; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody { display: block; }
  tr { display: grid; grid-auto-flow: dense; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); padding: 8px 10px; border-top: 1px solid var(--line); }
  tbody tr:first-child { border-top: 0; }
  td, td.wide { display: block; width: auto; min-width: 0; padding: 2px 0; border: 0; overflow-wrap: anywhere; }
  td.wide { grid-column: 1 / -1; }
  td .soft, .pill { white-space: normal; }
  td:empty { display: none; }
  td::before { content: attr(data-column); display: block; color: var(--soft); font-size: 0.6875rem; }
  tr.failed { background: color-mix(in srgb, var(--danger-soft) 55%, transparent); box-shadow: inset 3px 0 var(--danger); }
  tr.failed td, tr.failed td:first-child { background: none; box-shadow: none; }
  .sdks { grid-template-columns: minmax(0, 1fr); gap: 2px; }
  .sdks dd { margin-bottom: 10px; }
}
`
