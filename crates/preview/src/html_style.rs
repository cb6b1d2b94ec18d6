//! The one stylesheet of preview pages, with the tokens of the application's look.

/// To be served as `/assets/preview.css`.
pub const PREVIEW_CSS: &str = r#":root {
  --font-title: "Source Serif 4 Variable", "Source Serif 4", Georgia, serif;
  --font-text: "Inter Variable", Inter, system-ui, sans-serif;
  --sheet: oklch(100% 0 0); --well: oklch(96.4% .006 85); --line: oklch(90.5% .008 80);
  --ink: oklch(25% .03 262); --ink-2: oklch(45% .02 262); --link: oklch(42% .11 258);
  --warn: oklch(50% .1 70); --warn-soft: oklch(95.5% .045 85); --radius: 6px;
  --lift: 0 1px 2px oklch(25% .03 262 / .06), 0 4px 16px oklch(25% .03 262 / .05);
  color-scheme: light;
}
:root[data-theme="dark"] {
  --sheet: oklch(22.5% .016 262); --well: oklch(26% .018 262); --line: oklch(32% .018 262);
  --ink: oklch(94% .006 85); --ink-2: oklch(78% .01 85); --link: oklch(80% .09 250);
  --warn: oklch(82% .1 80); --warn-soft: oklch(32% .045 80); --lift: 0 1px 2px oklch(0% 0 0 / .3);
  color-scheme: dark;
}
@media (prefers-color-scheme: dark) {
  :root[data-theme="auto"] {
    --sheet: oklch(22.5% .016 262); --well: oklch(26% .018 262); --line: oklch(32% .018 262);
    --ink: oklch(94% .006 85); --ink-2: oklch(78% .01 85); --link: oklch(80% .09 250);
    --warn: oklch(82% .1 80); --warn-soft: oklch(32% .045 80); --lift: 0 1px 2px oklch(0% 0 0 / .3);
    color-scheme: dark;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--well); color: var(--ink); font: 400 .9375rem/1.5 var(--font-text); }
main { max-width: 64rem; margin: 0 auto; padding: 1rem; display: grid; gap: 1rem; }
h1 { font: 560 1.0625rem/1.2 var(--font-title); margin: 0; }
a { color: var(--link); text-underline-offset: .18em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: var(--radius); }
.quiet { color: var(--ink-2); font-size: .8125rem; margin: 0; }
.note { background: var(--warn-soft); color: var(--warn); padding: .5rem .75rem; border-radius: var(--radius); margin: 0; }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; box-shadow: var(--lift); padding: 1rem; overflow-wrap: anywhere; }
figure { margin: 0; display: grid; gap: .35rem; justify-items: center; }
figure img { max-width: 100%; height: auto; background: white; border: 1px solid var(--line); border-radius: 3px; box-shadow: var(--lift); }
figcaption { color: var(--ink-2); font-size: .8125rem; font-variant-numeric: tabular-nums; }
nav { display: flex; justify-content: center; gap: 1rem; }
pre { margin: 0; white-space: pre-wrap; font: inherit; tab-size: 4; unicode-bidi: plaintext; }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .3rem 1rem; margin: 0; }
dt { color: var(--ink-2); } dd { margin: 0; unicode-bidi: isolate; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font: 560 1.0625rem/1.2 var(--font-title); padding-bottom: .5rem; }
th { text-align: left; font-weight: 500; font-size: .8125rem; color: var(--ink-2); }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; } td { unicode-bidi: isolate; }
.size { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
@media print { body { background: white; } .sheet, figure img { box-shadow: none; } nav { display: none; } }
"#;
