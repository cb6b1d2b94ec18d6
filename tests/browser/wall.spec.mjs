// @ts-check
// Two people, two profiles, one wall.
import { test } from "node:test";
import { api, at, freshCode, who } from "./person.mjs";
import { axe, screenshot } from "./screen.mjs";

test("a colleague who is walled off finds nothing where the matter was", async (t) => {
  const lead = who("partner");
  const colleague = who("associate");
  const officer = who("compliance_officer");
  const stamp = Date.now().toString(36);
  const client = await api(lead, "/clients", { method: "POST", body: JSON.stringify({ name: `Harrow ${stamp}`, reference: `H-${stamp}` }) });
  const matter = await api(lead, "/matters", { method: "POST", body: JSON.stringify({ client_id: client.id, name: `Bid ${stamp}`, reference: `B-${stamp}` }) });
  const me = await api(colleague, "/me");
  await api(lead, `/matters/${matter.id}/team/${me.id}`, { method: "PUT", body: JSON.stringify({ seat: "member" }) });

  const hers = await at(t, colleague);
  await hers.page.goto(`/matters/${matter.id}`);
  await hers.page.getByRole("heading", { name: `Bid ${stamp}` }).waitFor();

  const his = await at(t, officer);
  await his.page.goto("/walls");
  await his.page.getByRole("link", { name: "Make a wall" }).click();
  await his.page.getByLabel("Name", { exact: true }).fill(`Bid ${stamp}`);
  await his.page.getByLabel("Why it stands").fill("Her husband sits on the other board.");
  await his.page.getByRole("group", { name: /Matters it covers/ }).getByLabel(`Bid ${stamp}`).check();
  await his.page.getByRole("group", { name: /People it names/ }).getByLabel(me.name).check();
  await axe(his.page);
  await his.page.getByRole("button", { name: "Show who is affected" }).click();
  await his.page.getByText(`Loses Bid ${stamp}`).waitFor();
  await his.page.getByRole("button", { name: "Make the wall" }).click();
  // walls want a fresh code; a session that was signed in long ago is asked for one, and keeps what was typed
  if ((await his.page.getByLabel("Code").count()) > 0) {
    await his.page.getByLabel("Code").fill(await freshCode(officer));
    await his.page.getByLabel("Code").press("Enter");
    await his.page.getByRole("button", { name: "Show who is affected" }).click();
    await his.page.getByRole("button", { name: "Make the wall" }).click();
  }
  await his.page.getByRole("heading", { name: `Bid ${stamp}` }).waitFor();
  await screenshot(his.page, "wall");

  // She is told nothing but what she would be told of any address that never was.
  hers.expects(/status of 404/);
  await hers.page.reload();
  await hers.page.getByRole("heading", { name: /nothing here that you can open/i }).waitFor();
  await axe(hers.page);
  await hers.page.goto("/matters");
  await hers.page.getByText(`Bid ${stamp}`).waitFor({ state: "detached" });
});
