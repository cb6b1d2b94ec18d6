// Pictures of what only scripts show (palette, uploads, a proof, a dialog), and axe over each:
// node test/live.mjs PAGES PICTURES
import { readFile } from "node:fs/promises";
import { launch, makeLog, serve } from "./server.mjs";

const [pages, pictures] = process.argv.slice(2);
const axe = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const entry = await readFile(`${pages}/entry.html`, "utf8");
const bytes = Buffer.from(/data-entry="([^"]+)"/.exec(entry)[1].replaceAll("&#43;", "+"), "base64");
const { base, close } = await serve(pages, {
  log: makeLog(9000, 8411, bytes),
  create: (m) => (m.filename.startsWith("Complaint") && !m.version_of ? { status: 409, title: "Already here", duplicate_of: { id: "rec_7", title: "Complaint as filed" } } : null),
  cut: (u) => u.metadata.filename.startsWith("Deposition"),
});
const scenes = {
  palette: ["today", async (view) => { await view.keyboard.press("Control+k"); await view.keyboard.type("north"); await view.getByRole("option").first().waitFor(); }],
  uploads: ["matter_records", async (view) => {
    await view.evaluate(() => {
      const transfer = new DataTransfer();
      for (const name of ["Complaint (sealed copy).pdf", "Deposition transcript vol 2.pdf", "Exhibit A.pdf", "Exhibit B.pdf", "Loss schedule.xlsx"]) transfer.items.add(new File([name.repeat(90000)], name, { lastModified: 1 }));
      document.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
    });
    await view.getByText("Already here").waitFor();
    await view.waitForTimeout(900);
  }],
  proof: ["entry", async (view) => view.locator(".verdict.good").waitFor()],
  dialog: ["record", async (view) => { await view.locator("#f-lower-reason").fill("Filed in public court."); await view.getByRole("button", { name: "Lower the label" }).click(); await view.locator("dialog[open]").waitFor(); }],
  menu: ["today", async (view) => view.locator(".me").click()],
};
const browser = await launch();
let found = 0;
for (const [width, scheme] of [[1440, "light"], [360, "dark"]]) {
  for (const [name, [page, act]] of Object.entries(scenes)) {
    const context = await browser.newContext({ viewport: { width, height: 820 }, colorScheme: scheme });
    const view = await context.newPage();
    await view.goto(`${base}/${page}.html`);
    await act(view);
    await view.screenshot({ path: `${pictures}/live-${name}-${width}-${scheme}.png` });
    await view.evaluate(`${axe};0`);
    const { violations } = await view.evaluate("axe.run(document, { iframes: false })");
    for (const v of violations) {
      found += 1;
      console.error(`${name} ${width} ${scheme}: ${v.id}: ${v.nodes[0].html.slice(0, 200)} ${v.nodes[0].failureSummary?.slice(0, 200)}`);
    }
    await context.close();
  }
}
await browser.close();
close();
console.error(`${found} findings`);
process.exitCode = found === 0 ? 0 : 1;
