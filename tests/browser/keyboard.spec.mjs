// @ts-check
// No mouse in this file: no click(), only keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, freshCode, who } from "./person.mjs";
import { open } from "./screen.mjs";

/** What has the focus, by its accessible name or text. @param {import("playwright-core").Page} page */
const focused = (page) =>
  page.evaluate(() => {
    const element = /** @type {HTMLElement | null} */ (document.activeElement);
    if (element === document.body) return "";
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.innerText : undefined;
    return (element?.getAttribute("aria-label") ?? label ?? element?.innerText ?? "").trim();
  });

/** Tab until something called `name` has the focus. @param {import("playwright-core").Page} page @param {RegExp} name */
async function tabTo(page, name) {
  for (let presses = 0; presses < 60; presses++) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`60 presses of Tab did not reach ${name} on ${page.url()}`);
}

test("signing in needs no mouse", async (t) => {
  const { page } = await open(t);
  const person = who("associate");
  await page.goto("/");
  await tabTo(page, /^E-?mail/);
  await page.keyboard.type(person.email);
  await tabTo(page, /^Password/);
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await page.getByLabel("Code").waitFor();
  await tabTo(page, /^Code/);
  await page.keyboard.type(await freshCode(person));
  await page.keyboard.press("Enter");
  await page.getByRole("navigation").first().waitFor();
});

test("the first Tab reaches a link past the navigation, and focus is always seen", async (t) => {
  const { page } = await at(t, who("partner"));
  await page.goto("/matters");
  await page.keyboard.press("Tab");
  assert.match(await focused(page), /skip to/i);
  await page.keyboard.press("Enter");
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const style = getComputedStyle(/** @type {Element} */ (document.activeElement));
      return document.activeElement === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none";
    });
    assert.ok(seen, `the focus on "${await focused(page)}" is not to be seen`);
  }
});

test("a matter and a record are opened from the list with keys alone", async (t) => {
  const { page } = await at(t, who("partner"));
  await page.goto("/matters");
  await tabTo(page, /matters|filter|skip/i);
  const matter = await page.getByRole("table").getByRole("link").first().innerText();
  await tabTo(page, new RegExp(`^${matter.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: matter }).waitFor();
});
