// What the custom elements do, in a browser under the server's own policy: node test/behaviour.mjs PAGES
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { launch, makeLog, serve } from "./server.mjs";

const [pages] = process.argv.slice(2);
const INDEX = 8411;
const entryPage = await readFile(`${pages}/entry.html`, "utf8");
const bytes = Buffer.from(/data-entry="([^"]+)"/.exec(entryPage)[1].replaceAll("&#x2B;", "+").replaceAll("&#43;", "+"), "base64");
const browser = await launch();
test.after(() => browser.close());

async function open(page, hooks, options = {}) {
  const server = await serve(pages, hooks);
  const context = await browser.newContext();
  const view = await context.newPage();
  const errors = [];
  view.on("console", (m) => { if (m.type() === "error" && !/404|409|ERR_EMPTY|ERR_CONNECTION|ERR_FAILED/.test(m.text())) errors.push(m.text()); });
  view.on("pageerror", (e) => errors.push(String(e)));
  if (options.before) await options.before(view);
  await view.goto(`${server.base}/${page}.html`);
  return { view, server, errors, end: async () => { await context.close(); server.close(); } };
}

async function proof(log) {
  const page = await open("entry", { log });
  const verdict = page.view.locator(".verdict");
  await page.view.waitForFunction(() => document.querySelector(".verdict")?.textContent !== "Checking…");
  const answer = { text: await verdict.textContent(), kind: (await verdict.getAttribute("class")).split(" ")[1], asked: page.server.asked, errors: page.errors };
  await page.end();
  return answer;
}

for (const size of [INDEX + 1, 8448, 8704, 9000]) {
  test(`an entry under a checkpoint of ${size} is proven in the page`, async () => {
    const { text, kind, asked, errors } = await proof(makeLog(size, INDEX, bytes));
    assert.equal(kind, "good", text);
    assert.match(text, /8,411 is in the ledger/);
    assert.deepEqual(errors, []);
    assert.ok(asked.every((path) => /^\/ledger\/(checkpoint|vkey|tile\/\d)/.test(path)), "only public files are read");
  });
}

test("a byte that differs is named, in red", async () => {
  const other = Buffer.from(bytes);
  other[10] ^= 1;
  const { text, kind } = await proof(makeLog(9000, INDEX, other));
  assert.equal(kind, "bad");
  assert.match(text, /8,411/);
});

test("a foreign signature is red", async () => {
  const log = makeLog(9000, INDEX, bytes);
  const forged = makeLog(9000, INDEX, Buffer.from("x"));
  const { kind } = await proof({ ...log, vkey: forged.vkey });
  assert.equal(kind, "bad");
});

test("a missing tile is not green", async () => {
  const log = makeLog(9000, INDEX, bytes);
  const { kind } = await proof({ ...log, tile: (path) => (path.startsWith("1/") ? null : log.tile(path)) });
  assert.equal(kind, "unsure");
});

test("a log that was put back is seen by the browser that knew more", async () => {
  const hooks = { log: makeLog(9000, INDEX, bytes) };
  const page = await open("entry", hooks);
  await page.view.locator(".verdict.good").waitFor();
  const vkey = hooks.log.vkey;
  hooks.log = { ...makeLog(8500, INDEX, bytes), vkey };
  await page.view.reload();
  await page.view.locator(".verdict.bad").waitFor();
  await page.end();
});

const drop = (view, names) => view.evaluate((files) => {
  const transfer = new DataTransfer();
  for (const name of files) transfer.items.add(new File([`bytes of ${name} `.repeat(2000)], name, { type: "text/plain", lastModified: 1 }));
  for (const type of ["dragenter", "drop"]) document.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}, names);

test("dropped files arrive with their matter and the list is read again", async () => {
  const page = await open("matter_records", {});
  const again = page.view.waitForEvent("framenavigated");
  await drop(page.view, ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]);
  await again;
  const all = Array.from(page.server.uploads.values());
  assert.equal(all.length, 5);
  assert.ok(all.every((u) => u.offset === u.size && u.metadata.matter_id === "mat_1" && /^[0-9a-f]{64}$/.test(u.metadata.sha256)));
  assert.equal(await page.view.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith("strongroom:upload")).length), 0);
  assert.deepEqual(page.errors, []);
  await page.end();
});

test("a duplicate is said at once and goes in as a version when asked", async () => {
  const create = (metadata) => (metadata.version_of ? null : { status: 409, title: "Already here", duplicate_of: { id: "rec_7", title: "Complaint as filed" } });
  const page = await open("matter_records", { create });
  await drop(page.view, ["complaint.txt"]);
  await page.view.getByText("Already here as “Complaint as filed”.").waitFor();
  assert.equal(page.server.uploads.size, 0, "no byte was sent");
  const again = page.view.waitForEvent("framenavigated");
  await page.view.getByRole("button", { name: /Add as a new version/ }).click();
  await again;
  assert.equal(Array.from(page.server.uploads.values())[0].metadata.version_of, "rec_7");
  await page.end();
});

test("an upload goes on where it stopped after the page is gone, and nothing kept names the file", async () => {
  let cuts = true;
  const page = await open("matter_records", { cut: () => cuts });
  await drop(page.view, ["secret merger plan.txt"]);
  await page.view.waitForFunction(() => Object.keys(localStorage).some((k) => k.startsWith("strongroom:upload")));
  const kept = await page.view.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.doesNotMatch(kept, /secret|merger|c2VjcmV0/);
  page.view.on("dialog", (dialog) => dialog.accept());
  await page.view.reload();
  await page.view.getByText("One upload to this matter stopped part-way").waitFor();
  cuts = false;
  const again = page.view.waitForEvent("framenavigated");
  await drop(page.view, ["secret merger plan.txt"]);
  await again;
  assert.equal(page.server.uploads.size, 1, "the same upload went on");
  await page.end();
});

test("the palette opens by Ctrl-K, finds, and goes by Enter", async () => {
  const page = await open("today", {});
  await page.view.keyboard.press("Control+k");
  await page.view.keyboard.type("share");
  await page.view.getByRole("option", { name: /Share purchase dispute/ }).waitFor();
  await page.view.keyboard.press("Enter");
  await page.view.waitForURL(/matter_records/);
  assert.deepEqual(page.errors, []);
  await page.end();
});

test("a table filters and sorts, and j walks it", async () => {
  const page = await open("matter_records", {});
  await page.view.getByPlaceholder("Filter these records").fill("evidence pdf");
  assert.equal(await page.view.locator("tbody tr:visible").count(), 2);
  await page.view.getByPlaceholder("Filter these records").fill("");
  await page.view.getByRole("button", { name: "Size" }).click();
  assert.match(await page.view.locator("tbody tr").first().textContent(), /Board minutes/);
  await page.view.locator("h1").click();
  await page.view.keyboard.press("j");
  await page.view.keyboard.press("j");
  assert.equal(await page.view.evaluate(() => document.activeElement?.textContent), await page.view.locator("tbody tr a.title").nth(1).textContent());
  await page.end();
});

test("what cannot be taken back asks once more", async () => {
  const page = await open("record", {});
  await page.view.locator("#f-lower-reason").fill("Filed in public court.");
  await page.view.getByRole("button", { name: "Lower the label" }).click();
  await page.view.getByRole("heading", { name: "Lower the label of Complaint as filed?" }).waitFor();
  await page.view.getByRole("button", { name: "Not now" }).click();
  assert.equal(await page.view.locator("dialog[open]").count(), 0);
  await page.view.getByRole("button", { name: "Lower the label" }).click();
  const sent = page.view.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/labels/lower"));
  await page.view.locator("dialog").getByRole("button", { name: "Lower the label" }).click();
  assert.match((await sent).postData(), /reason=Filed/);
  await page.end();
});

test("the session clock warns, and keeps on when asked", async () => {
  const page = await open("today", {}, { before: (view) => view.clock.install() });
  await page.view.clock.fastForward(3_310_000);
  await page.view.getByRole("heading", { name: "Are you still there?" }).waitFor();
  await page.view.getByRole("button", { name: "Stay signed in" }).click();
  await page.view.clock.runFor(1500);
  assert.equal(await page.view.locator("dialog[open]").count(), 0);
  const gone = page.view.waitForRequest(/sign-in\?ended=idle/);
  await page.view.clock.fastForward(3_700_000);
  await page.view.clock.runFor(2000);
  await gone;
  await page.end();
});
