// @ts-check
// Records are dropped, listed, previewed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, at, who } from "./person.mjs";
import { axe, screenshot } from "./screen.mjs";

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

test("a folder dropped on a matter is filed, and a record can be previewed", async (t) => {
  const lead = who("partner");
  const matter = await newMatter(lead);
  const screen = await at(t, lead);
  const { page } = screen;
  // the frame of a preview runs no script, not even the one by which this test looks into it
  screen.expects(/Blocked script execution/);
  await page.goto(`/matters/${matter.id}`);
  await dropFiles(page.locator("upload-drop").first(), { "lease/draft one.txt": "The tenant shall", "lease/side letter.txt": "Further to our call" });
  await page.getByRole("row", { name: /side letter/ }).waitFor();
  await page.getByRole("row", { name: /draft one/ }).getByRole("link").first().click();
  await page.frameLocator("iframe").getByText("The tenant shall").waitFor();
  await axe(page);
  await screenshot(page, "records", { width: 1280 });
  const listed = await api(lead, `/matters/${matter.id}/records`);
  assert.equal(listed.items.length, 2);
});

test("a folder dropped twice asks once about all of it, and nothing is an error", async (t) => {
  const lead = who("partner");
  const matter = await newMatter(lead);
  // the screen fails on any error in the console
  const { page } = await at(t, lead);
  await page.goto(`/matters/${matter.id}`);
  const files = { "a/one.txt": "The first", "a/two.txt": "The second", "a/three.txt": "The third" };
  await dropFiles(page.locator("upload-drop").first(), files);
  await page.getByRole("status").getByText("3 records are added and sealed.").waitFor();
  await dropFiles(page.locator("upload-drop").first(), files);
  await page.getByText("3 are in this matter already.").waitFor();
  await axe(page);
  await screenshot(page, "duplicates");
  await page.getByRole("button", { name: "Leave out all", exact: true }).click();
  await page.getByText("3 are in this matter already.").waitFor({ state: "hidden" });
  assert.equal((await api(lead, `/matters/${matter.id}/records`)).items.length, 3);
});
