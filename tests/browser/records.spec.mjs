// @ts-check
// To be completed when the page is there: names of regions are those of screens.md. `todo` reports, but does not fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, at, who } from "./person.mjs";
import { axe, screenshot } from "./screen.mjs";

const later = { todo: "when the records page is there" };

/** A matter of its own, so that specs do not meet. @param {import("./screen.mjs").Person} lead */
async function newMatter(lead) {
  const stamp = Date.now().toString(36);
  const client = await api(lead, "/clients", { method: "POST", body: JSON.stringify({ name: `Fenwick ${stamp}`, reference: `F-${stamp}` }) });
  return api(lead, "/matters", { method: "POST", body: JSON.stringify({ client_id: client.id, name: `Lease ${stamp}`, reference: `M-${stamp}` }) });
}

/**
 * Drops a folder of files on an element, as a file manager would (Chromium gives scripts no real folder entry, so
 * the path rides on each file).
 * @param {import("playwright-core").Locator} where @param {Record<string, string>} files path → text
 */
async function dropFiles(where, files) {
  const data = await where.page().evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const [path, text] of Object.entries(files)) {
      const file = new File([text], path.split("/").at(-1) ?? path, { type: "text/plain" });
      Object.defineProperty(file, "webkitRelativePath", { value: path });
      transfer.items.add(file);
    }
    return transfer;
  }, files);
  for (const event of ["dragenter", "dragover", "drop"]) await where.dispatchEvent(event, { dataTransfer: data });
}

test("a folder dropped on a matter is filed, and a record can be previewed", later, async (t) => {
  const lead = who("partner");
  const matter = await newMatter(lead);
  const { page } = await at(t, lead);
  await page.goto(`/matters/${matter.id}`);
  await dropFiles(page.getByRole("region", { name: "Records" }), { "lease/draft one.txt": "The tenant shall", "lease/side letter.txt": "Further to our call" });
  await page.getByRole("row", { name: /side letter/ }).waitFor();
  await page.getByRole("row", { name: /draft one/ }).getByRole("link").first().click();
  const preview = page.getByRole("region", { name: "Preview" });
  await preview.getByText("The tenant shall").waitFor();
  await axe(page);
  await screenshot(page, "records", { width: 1280 });
  const listed = await api(lead, `/matters/${matter.id}/records`);
  assert.equal(listed.items.length, 2);
});

test("the same file again is said to be a duplicate at once", later, async (t) => {
  const lead = who("partner");
  const matter = await newMatter(lead);
  const { page } = await at(t, lead);
  await page.goto(`/matters/${matter.id}`);
  for (let times = 0; times < 2; times++) {
    await dropFiles(page.getByRole("region", { name: "Records" }), { "note.txt": "the very same words" });
    await page.getByRole("row", { name: /note/ }).first().waitFor();
  }
  await page.getByText(/already (here|filed)/i).waitFor();
});
