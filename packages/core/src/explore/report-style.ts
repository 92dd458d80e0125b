/** @file The look of a report in a file: neutral greys that tint no picture, light and dark. */

export const reportStyle = `
:root { color-scheme: light dark; --page: #f5f5f5; --surface: #fff; --line: #dadada; --dim: #5c5c5c; --bar: #a8a8a8; --hot: #b3261e; --mat: #e6e6e6; --text: #1a1a1a; }
@media (prefers-color-scheme: dark) { :root { --page: #141414; --surface: #1e1e1e; --line: #383838; --dim: #ababab; --bar: #6e6e6e; --hot: #ff9a90; --mat: #2b2b2b; --text: #e6e6e6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Helvetica, Arial, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
header, main { max-width: 1160px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { margin: 0; font-size: 24px; line-height: 1.3; }
h2 { margin: 0 0 12px; font-size: 17px; }
h3 { margin: 16px 0 6px; font-size: 14px; font-weight: 600; }
p { margin: 4px 0 10px; }
header p, .dim { color: var(--dim); }
section { margin: 16px 0; padding: 16px 18px 18px; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
.findings { margin: 0; padding: 0; list-style: none; }
.findings li { padding: 7px 0 7px 14px; border-left: 3px solid var(--bar); margin-bottom: 6px; }
.findings li.grave { border-color: var(--hot); }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { padding: 5px 12px 5px 0; text-align: left; vertical-align: top; font-weight: 400; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--dim); font-size: 13px; }
.number { text-align: right; white-space: nowrap; }
.bar { display: block; height: 10px; margin-top: 6px; border-radius: 2px; min-width: 2px; }
td:has(> .bar) { width: 40%; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 8px 28px; }
.charts ul { margin: 0; padding-left: 18px; font-size: 14px; }
.chart h3 { margin-top: 4px; }
.histogram { display: block; width: 100%; border-bottom: 1px solid var(--line); fill: var(--bar); }
.histogram .hot { fill: var(--hot); }
.chart p { font-size: 13px; margin-top: 4px; }
.sheet { display: flex; flex-wrap: wrap; gap: 10px; }
figure { width: 104px; margin: 0; font-size: 12px; line-height: 1.35; }
figure img, figure .gap { display: block; width: 104px; height: 104px; object-fit: contain; background: var(--mat); border-radius: 4px; }
figure.mean img { object-fit: fill; image-rendering: auto; }
figcaption { padding-top: 3px; }
.groups { display: flex; flex-wrap: wrap; gap: 14px 28px; }
.group { margin-bottom: 16px; }
.map { display: block; width: 100%; max-width: 820px; margin: 0 auto; fill-opacity: 0.75; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0 0 8px; padding: 0; list-style: none; font-size: 14px; }
.dot { display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 50%; }
code { font-size: 13px; }
@media print { body { background: none; } section { break-inside: avoid-page; border: 0; padding: 0; } }
`;
