/** The page's style: black on white, nothing said by colour alone, and A4 when it is printed. */
export const STYLE: string = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 11pt/1.4 system-ui, sans-serif; color: #111; background: #fff; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #111; }
.draft { border: 3px double #111; padding: .5rem; font-weight: bold; text-align: center; }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; }
th, td { border: 1px solid #767676; padding: .2rem .4rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
td.short { overflow-wrap: normal; }
th { background: #eee; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
@page { size: A4; margin: 16mm 12mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
@media print {
  body { font-size: 9pt; max-width: none; margin: 0; padding: 0; }
  .scroll { overflow: visible; }
  table { font-size: 7pt; }
  thead { display: table-header-group; }
  tr, dt, dd { break-inside: avoid; }
  h1, h2 { break-after: avoid; }
  th { background: none; }
}
`.trim();
