// @ts-check
// An upload that is paused, or left half-way, goes on where it stopped: no byte is sent twice.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { api, at, who } from "./person.mjs";
import { runFolder } from "./screen.mjs";

const CHUNK = 8 << 20;

/**
 * A matter of its own with a file of three requests beside it, and a gate that holds the second request back.
 * @param {import("node:test").TestContext} t @param {string} name
 */
async function half(t, name) {
  const lead = who("partner");
  const stamp = Date.now().toString(36);
  const client = await api(lead, "/clients", { method: "POST", body: JSON.stringify({ name: `Ravel ${stamp}`, reference: `R-${stamp}` }) });
  const matter = await api(lead, "/matters", { method: "POST", body: JSON.stringify({ client_id: client.id, name: `Works ${stamp}`, reference: `W-${stamp}` }) });
  const bytes = Buffer.alloc(2 * CHUNK + 1000, 0);
  for (let at = 0; at < bytes.length; at += 4096) bytes.writeUInt32BE(at, at);
  const file = join(runFolder, name);
  writeFileSync(file, bytes);
  const { page } = await at(t, lead);
  /** @type {number[]} */
  const offsets = [];
  /** @type {(value?: unknown) => void} */
  let reached = () => undefined;
  const second = new Promise((done) => (reached = done));
  let holding = true;
  await page.route("**/api/v1/uploads/*", (route) => {
    const request = route.request();
    if (request.method() !== "PATCH") return route.continue();
    offsets.push(Number(request.headers()["upload-offset"]));
    // the held request is never answered: the page gives it up
    if (holding && offsets.length === 2) return reached();
    return route.continue();
  });
  await page.goto(`/matters/${matter.id}`);
  await page.locator("summary", { hasText: "Add records" }).click();
  await page.getByLabel("Files", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await second;
  holding = false;
  const whole = async () => {
    await page.getByRole("row", { name: new RegExp(name.replace(".bin", "")) }).waitFor();
    const { items } = await api(lead, `/matters/${matter.id}/records`);
    assert.deepEqual(items.map((/** @type {any} */ r) => r.sha256), [createHash("sha256").update(bytes).digest("hex")]);
  };
  return { page, file, offsets, whole, lead, matter };
}

test("a paused upload goes on where it stopped", async (t) => {
  const { page, offsets, whole } = await half(t, "paused bundle.bin");
  await page.getByRole("button", { name: "Pause: paused bundle.bin" }).click();
  await page.getByText("Paused", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Resume: paused bundle.bin" }).click();
  await whole();
  assert.deepEqual(offsets, [0, CHUNK, CHUNK, 2 * CHUNK], "what had arrived was not sent again");
});

test("an upload that was left half-way is said, and goes on when the same file is chosen again", async (t) => {
  const { page, file, offsets, whole } = await half(t, "left bundle.bin");
  page.once("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await page.getByText("One upload of yours to this matter stopped part-way.").waitFor();
  await page.locator("summary", { hasText: "Add records" }).click();
  await page.getByLabel("Files", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await whole();
  assert.deepEqual(offsets, [0, CHUNK, CHUNK, 2 * CHUNK], "what had arrived was not sent again");
});

test("an upload that was left on one machine goes on at another", async (t) => {
  const { page, file, offsets, whole, lead, matter } = await half(t, "moved bundle.bin");
  page.once("dialog", (dialog) => void dialog.accept());
  await page.goto("about:blank");
  // another profile knows nothing of the first: what it knows it has from the server
  const other = (await at(t, lead)).page;
  /** @type {number[]} */
  const there = [];
  await other.route("**/api/v1/uploads/*", (route) => {
    if (route.request().method() === "PATCH") there.push(Number(route.request().headers()["upload-offset"]));
    return route.continue();
  });
  await other.goto(`/matters/${matter.id}`);
  await other.getByText("moved bundle.bin").waitFor();
  await other.locator("summary", { hasText: "Add records" }).click();
  await other.getByLabel("Files", { exact: true }).setInputFiles(file);
  await other.getByRole("button", { name: "Add", exact: true }).click();
  await other.getByRole("status").getByText("One record is added and sealed.").waitFor();
  await page.goto(`/matters/${matter.id}`);
  await whole();
  assert.deepEqual([...offsets.slice(0, 1), ...there], [0, CHUNK, 2 * CHUNK], "what had arrived was not sent again");
});

test("when the network goes away the page says so and goes on by itself", async (t) => {
  const lead = who("partner");
  const stamp = Date.now().toString(36);
  const client = await api(lead, "/clients", { method: "POST", body: JSON.stringify({ name: `Tarn ${stamp}`, reference: `T-${stamp}` }) });
  const matter = await api(lead, "/matters", { method: "POST", body: JSON.stringify({ client_id: client.id, name: `Weir ${stamp}`, reference: `V-${stamp}` }) });
  const screen = await at(t, lead);
  screen.expects(/ERR_INTERNET_DISCONNECTED/);
  const { page } = screen;
  await page.goto(`/matters/${matter.id}`);
  const file = join(runFolder, "weir bundle.bin");
  writeFileSync(file, Buffer.alloc(300_000, 7));
  await page.locator("summary", { hasText: "Add records" }).click();
  await page.getByLabel("Files", { exact: true }).setInputFiles(file);
  await screen.context.setOffline(true);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("Waiting for the network. It goes on by itself.").waitFor();
  await screen.context.setOffline(false);
  await page.getByRole("status").getByText("One record is added and sealed.").waitFor();
});
