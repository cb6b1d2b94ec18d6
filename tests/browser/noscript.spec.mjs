// @ts-check
// With scripts off the work goes on: files are added by the plain form, a record is read, a wall is looked at.
import { test } from "node:test";
import { api, freshCode, signIn, who } from "./person.mjs";
import { open } from "./screen.mjs";

/** A matter of its own, so that specs do not meet. @param {import("./screen.mjs").Person} lead */
async function newMatter(lead) {
  const stamp = Date.now().toString(36);
  const client = await api(lead, "/clients", { method: "POST", body: JSON.stringify({ name: `Ashby ${stamp}`, reference: `A-${stamp}` }) });
  return api(lead, "/matters", { method: "POST", body: JSON.stringify({ client_id: client.id, name: `Deed ${stamp}`, reference: `D-${stamp}` }) });
}

test("a partner adds files, opens one and looks at it without scripts", async (t) => {
  const lead = who("partner");
  const matter = await newMatter(lead);
  const { page } = await open(t, { scripts: false });
  await signIn(page, lead);
  await page.goto(`/matters/${matter.id}`);
  await page.locator("summary", { hasText: "Add records" }).click();
  await page.getByLabel("Folder", { exact: false }).first().fill("Drafts/First");
  await page.getByLabel("Files", { exact: true }).setInputFiles([
    { name: "the deed.txt", mimeType: "text/plain", buffer: Buffer.from("This deed is made between the parties.") },
    { name: "the plan.txt", mimeType: "text/plain", buffer: Buffer.from("The land edged red.") },
  ]);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.goto(`/matters/${matter.id}`);
  await page.getByRole("link", { name: "the plan" }).waitFor();
  await page.getByRole("link", { name: "the deed" }).click();
  await page.getByRole("link", { name: "Open", exact: true }).click();
  await page.getByRole("heading", { name: "the deed" }).waitFor();
  await page.frameLocator("iframe").getByText("This deed is made between the parties.").waitFor();
  await page.getByText("added it").first().waitFor();
});

test("a compliance officer makes a wall without scripts", async (t) => {
  const officer = who("compliance_officer");
  const matter = await newMatter(who("partner"));
  const { page } = await open(t, { scripts: false });
  await signIn(page, officer);
  await page.goto("/walls/new");
  await page.getByLabel("Name", { exact: true }).fill(`About ${matter.name}`);
  await page.getByLabel("Why it stands").fill("It is tried without scripts.");
  await page.getByRole("group", { name: /Matters it covers/ }).getByLabel(matter.name).check();
  await page.getByRole("group", { name: /People it names/ }).getByRole("checkbox").last().check();
  await page.getByRole("button", { name: "Show who is affected" }).click();
  await page.getByRole("button", { name: "Make the wall" }).click();
  if ((await page.getByLabel("Code").count()) > 0) {
    await page.getByLabel("Code").fill(await freshCode(officer));
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("button", { name: "Show who is affected" }).click();
    await page.getByRole("button", { name: "Make the wall" }).click();
  }
  await page.getByRole("heading", { name: `About ${matter.name}` }).waitFor();
});
