// @ts-check
// Someone new: invited by the administrator, agreed to by a second person, enrolled by the link, let in by a code
// of the authenticator and, when the telephone is lost, by a recovery code.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, freshCode, signOut, who } from "./person.mjs";
import { axe, open, screenshot } from "./screen.mjs";
import { stepAt, totp } from "./totp.mjs";

/**
 * Gives a fresh code where the page asks for one, and does again what it was asked for.
 * @param {import("playwright-core").Page} page @param {import("./screen.mjs").Person} person @param {() => Promise<void>} act
 */
async function confirmed(page, person, act) {
  await act();
  await page.waitForLoadState();
  if (!page.url().includes("/step-up")) return;
  await page.getByLabel("Code").fill(await freshCode(person));
  await page.getByRole("button", { name: "Confirm" }).click();
  await act();
}

test("an associate is invited, approved by a second person, enrols and signs in", async (t) => {
  const administrator = who("administrator");
  const officer = who("compliance_officer");
  const stamp = Date.now().toString(36);
  const name = `Noor H${stamp}`;
  const email = `n.halabi.${stamp}@marshlyle.example`;
  const password = "quarry lantern 88 orchard";

  const his = await at(t, administrator);
  await his.page.goto("/staff");
  await confirmed(his.page, administrator, async () => {
    const fold = his.page.locator("details", { hasText: "Invite someone" });
    if (!(await fold.evaluate((details) => /** @type {HTMLDetailsElement} */ (details).open))) await his.page.getByText("Invite someone", { exact: true }).click();
    await his.page.getByLabel("Name", { exact: true }).fill(name);
    await his.page.getByLabel(/^E-?mail/).fill(email);
    await his.page.getByLabel("Role", { exact: true }).selectOption({ label: "Associate" });
    await his.page.getByRole("button", { name: "Invite", exact: true }).click();
  });
  // no link yet: a role that can hold a seat needs a second person
  await his.page.goto("/staff");
  assert.equal(await his.page.locator("#invite-link").count(), 0);

  const hers = await at(t, officer);
  await hers.page.goto("/approvals");
  const asked = hers.page.getByRole("article", { name: new RegExp(name) });
  await asked.waitFor();
  await axe(hers.page);
  await confirmed(hers.page, officer, () => asked.getByRole("button", { name: "Approve" }).click());
  await asked.waitFor({ state: "detached" });

  await his.page.getByRole("link", { name }).click();
  await his.page.getByRole("button", { name: "Make a new invitation" }).click();
  const link = new URL(await his.page.locator("#invite-link").innerText());

  const newcomer = await open(t);
  newcomer.expects(/status of 422/);
  const { page } = newcomer;
  await page.goto(link.pathname);
  await axe(page);
  await screenshot(page, "enrol");
  const secret = (await page.locator("#totp-secret").innerText()).replaceAll(" ", "");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel(/again/i).fill(password);
  const step = stepAt();
  await page.getByRole("textbox", { name: "The code that the app shows" }).fill(totp(secret, step));
  await page.getByRole("button", { name: "Finish" }).click();
  await page.getByRole("heading", { name: "Keep these recovery codes" }).waitFor();
  await axe(page);
  const codes = await page.locator("#recovery-codes code").allInnerTexts();
  assert.ok(codes.length >= 8 && new Set(codes).size === codes.length);
  await page.getByLabel("I have put them somewhere safe").check();
  await page.getByRole("button", { name: "Go on" }).click();

  // the telephone is lost: a recovery code lets them in, once
  await page.goto("/");
  if ((await page.getByLabel("Password", { exact: true }).count()) === 0) await signOut(page);
  for (const works of [true, false]) {
    await page.goto("/sign-in");
    await page.getByLabel(/^E-?mail$/).fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Code").fill(codes[0] ?? "");
    await page.getByRole("button", { name: "Sign in" }).click();
    if (works) {
      await page.getByRole("navigation").first().waitFor();
      await signOut(page);
    } else {
      await page.getByRole("alert").waitFor();
    }
  }
});
