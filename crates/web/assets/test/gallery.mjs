// Serves a folder of sample pages under the server's own security policy, takes pictures of each in light
// and dark at 1440 and 360 px and runs axe over all: node test/gallery.mjs PAGES PICTURES [name ...]
import { mkdir, readFile, readdir } from "node:fs/promises";
import { launch, serve } from "./server.mjs";

const [pages, pictures, ...only] = process.argv.slice(2);
const noShots = process.env.NO_SHOTS === "1";
const assets = new URL("../", import.meta.url).pathname;
const axe = await readFile(`${assets}node_modules/axe-core/axe.min.js`, "utf8");
const { base, close } = await serve(pages);
await mkdir(pictures, { recursive: true });
const browser = await launch();
const names = (await readdir(pages)).filter((f) => f.endsWith(".html")).map((f) => f.slice(0, -5)).filter((n) => only.length === 0 || only.includes(n)).sort();
let found = 0;
const complain = (text) => { found += 1; console.error(text); };
const views = (process.env.VIEWS ?? "1440-light,1440-dark,360-light,360-dark").split(",").map((v) => v.split("-"));
for (const [size, scheme] of views) {
  const width = Number(size);
  const context = await browser.newContext({ viewport: { width, height: width === 360 ? 740 : 980 }, colorScheme: scheme, bypassCSP: false });
  const view = await context.newPage();
  let name = "";
  view.on("console", (m) => { if (m.type() === "error" && !/404/.test(m.text())) complain(`${name} ${width} ${scheme}: ${m.text()}`); });
  view.on("pageerror", (e) => complain(`${name}: ${e}`));
  for (name of names) {
    await view.goto(`${base}/${name}.html`, { waitUntil: "load" });
    await view.evaluate(() => document.fonts.ready);
    const wider = await view.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wider > 0) complain(`${name} ${width} ${scheme}: ${wider} px wider than the window`);
    if (!noShots) await view.screenshot({ path: `${pictures}/${name}-${width}-${scheme}.png`, fullPage: true });
    // axe comes in by the debugger, which the page's policy does not bind
    await view.evaluate(`${axe};0`);
    const { violations } = await view.evaluate("axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'], iframes: false })");
    for (const v of violations) complain(`${name} ${width} ${scheme}: ${v.id}: ${v.help}\n    ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} | ${n.any.map((a) => a.message).join("; ").slice(0, 200)}`).join("\n    ")}`);
  }
  await context.close();
}
await browser.close();
close();
console.error(`${names.length} pages, ${found} findings`);
process.exitCode = found === 0 ? 0 : 1;
