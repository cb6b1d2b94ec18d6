// Serves a folder of sample pages under the server's own security policy, takes pictures of each in light
// and dark at 1440 and 360 px and runs axe over all: node gallery.mjs PAGES PICTURES [name ...]
import { createServer } from "node:http";
import { readFile, readdir, mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const [pages, pictures, ...only] = process.argv.slice(2);
const noShots = process.env.NO_SHOTS === "1";
const here = new URL("./", import.meta.url).pathname;
const axe = await readFile(`${here}node_modules/axe-core/axe.min.js`, "utf8");
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const types = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml", woff2: "font/woff2" };
const sample = `<!doctype html><meta charset="utf-8"><title>Preview</title><link rel="stylesheet" href="/preview.css"><h1>IN THE HIGH COURT OF JUSTICE</h1><p>The Claimant is, and at all material times was, the registered holder of forty per cent of the issued share capital of the Company. By an agreement in writing dated 4 March 2024 the Defendant agreed to purchase the whole of that holding upon the terms there set out, of which the following are material to this claim.</p><p>Completion was to take place not later than ninety days after the date of the agreement.</p>`;
const previewCss = `body{font:15px/1.6 Georgia,serif;margin:2rem;color:#1c2333;background:#fdfcfa}h1{font-size:1.05rem;text-align:center}`;

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://x").pathname;
  if (path === "/preview-sample.html") return response.writeHead(200, { "content-type": types.html }).end(sample);
  if (path === "/preview.css") return response.writeHead(200, { "content-type": types.css }).end(previewCss);
  if (request.method === "POST") return response.writeHead(200, { "content-type": "application/json" }).end(path === "/palette" ? JSON.stringify([{ kind: "matter", title: "Share purchase dispute", subtitle: "Northwind Holdings · NW-2026-014", href: "/matters/mat_1" }, { kind: "client", title: "Northwind Holdings", subtitle: "3 open matters", href: "/clients/cli_1" }]) : "{}");
  const file = path.startsWith("/assets/") ? `${here}dist/${path.slice(8)}` : `${pages}${path}`;
  if (!existsSync(file) || path.endsWith("/")) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": types[file.split(".").pop()] ?? "text/plain", "content-security-policy": policy }).end(await readFile(file));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}`;
await mkdir(pictures, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
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
server.close();
console.error(`${names.length} pages, ${found} findings`);
process.exitCode = found === 0 ? 0 : 1;
