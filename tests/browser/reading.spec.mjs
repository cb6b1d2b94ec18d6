// @ts-check
// Reading: the record beside its list, the same act folded, the ledger by name, and everything at twice the size.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, at, who } from "./person.mjs";
import { axe, screenshot } from "./screen.mjs";

/** A matter with enough records that its list is scrolled. @param {import("./screen.mjs").Person} lead @param {number} records */
async function longMatter(lead, records) {
  const stamp = Date.now().toString(36);
  const client = await api(lead, "/clients", { method: "POST", body: JSON.stringify({ name: `Kestrel ${stamp}`, reference: `K-${stamp}` }) });
  const matter = await api(lead, "/matters", { method: "POST", body: JSON.stringify({ client_id: client.id, name: `Kestrel charter ${stamp}`, reference: `KC-${stamp}` }) });
  const form = new FormData();
  for (let n = 0; n < records; n++) form.append("file", new Blob([`paper ${n} of ${stamp}`], { type: "text/plain" }), `paper ${String(n).padStart(2, "0")}.txt`);
  await api(lead, `/matters/${matter.id}/records`, { method: "POST", body: form });
  return { ...matter, name: `Kestrel charter ${stamp}` };
}

/** How far a row stands below the window's upper edge. @param {import("playwright-core").Page} page @param {string} title */
const place = (page, title) => page.locator("table.records tr", { hasText: title }).first().evaluate((row) => row.getBoundingClientRect().top);
/** @param {import("playwright-core").Page} page */
const focusedText = (page) => page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).innerText.trim());

for (const width of [1280, 360]) {
  test(`a record is opened beside its list and closed by Escape, at ${width} px: place and focus are kept`, async (t) => {
    const lead = who("partner");
    const matter = await longMatter(lead, 40);
    const screen = await at(t, lead, { width });
    const { page } = screen;
    screen.expects(/Blocked script execution/);
    await page.goto(`/matters/${matter.id}`);
    const link = page.locator("table.records a.title").nth(25);
    const title = await link.innerText();
    await link.focus();
    await link.evaluate((node) => node.scrollIntoView({ block: "center" }));
    const before = await place(page, title);
    assert.ok(await page.evaluate(() => scrollY > 300), "the list is not long enough to be scrolled");
    await page.keyboard.press("Enter");
    const drawer = page.getByRole("complementary", { name: title });
    await drawer.waitFor();
    assert.ok(await drawer.evaluate((node) => node === document.activeElement), "the focus did not go along");
    await page.waitForLoadState("load");
    assert.ok(Math.abs((await place(page, title)) - before) < 5, "the list moved when the record was opened");
    await axe(page);
    if (width === 360) {
      // the list lies behind: it neither scrolls nor takes the focus
      await page.mouse.move(180, 400);
      await page.mouse.wheel(0, 3000);
      for (let presses = 0; presses < 30; presses++) {
        await page.keyboard.press("Tab");
        assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest(".drawer") !== null), "the focus is behind the drawer");
      }
      assert.ok(Math.abs((await place(page, title)) - before) < 5, "the list scrolled behind the drawer");
      await drawer.focus();
    }
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    assert.equal(await focusedText(page), title, "the focus did not come back to the row");
    const after = await place(page, title);
    assert.ok(after > 0 && after < 900, "the row is no longer on the screen");
  });
}

test("Escape closes a menu and gives the focus back", async (t) => {
  const { page } = await at(t, who("partner"));
  await page.goto("/matters");
  const menu = page.locator(".me-menu > summary");
  await menu.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sign out" }).waitFor({ state: "hidden" });
  assert.ok(await menu.evaluate((node) => node === document.activeElement), "the focus is lost");
});

test("without scripts a record is closed by its link, and the same act many times is one line that opens", async (t) => {
  const lead = who("partner");
  const matter = await longMatter(lead, 2);
  for (let times = 0; times < 5; times++) await api(lead, `/matters/${matter.id}/records`);
  const signedIn = await at(t, lead);
  const cookies = await signedIn.context.cookies();
  await signedIn.close();
  const { open } = await import("./screen.mjs");
  const { context, page } = await open(t, { scripts: false });
  await context.addCookies(cookies);
  await page.goto(`/matters/${matter.id}`);
  await page.locator("table.records a.title").first().click();
  await page.getByRole("complementary").getByRole("link", { name: /^Close/ }).click();
  await page.getByRole("complementary").waitFor({ state: "detached" });

  await page.goto(`/matters/${matter.id}/activity`);
  const run = page.locator("details.run", { hasText: "5 times" });
  assert.equal(await run.getByRole("link").first().isVisible(), false, "it is folded");
  await run.locator("summary").click();
  // each with its entry and its receipt
  assert.equal(await run.getByRole("link", { name: /entry/ }).count(), 5);
  await run.getByRole("link", { name: /entry/ }).nth(2).click();
  await page.getByRole("heading", { level: 1, name: /listed the records/ }).waitFor();
});

test("the ledger is filtered by a matter's name, which stands in no address", async (t) => {
  const lead = who("partner");
  const matter = await longMatter(lead, 1);
  const { page } = await at(t, who("compliance_officer"));
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => void asked.push(request.url()));
  await page.goto("/ledger");
  await page.locator("summary", { hasText: "Filter" }).click();
  await page.getByLabel(/^Matter/).fill(matter.name.toUpperCase());
  await page.getByLabel(/^What was done/).selectOption({ label: "Opened the matter" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.waitForURL(/matter=mat_/);
  assert.equal(await page.getByLabel(/^Matter/).inputValue(), matter.name);
  assert.equal(await page.locator("table.entries tbody tr").count(), 1);
  assert.ok(asked.every((url) => !/kestrel/i.test(url)), "a name was asked for in an address");
  await page.getByLabel(/^Matter/).fill("kestrel charter");
  await axe(page);
});

test("at 200 % nothing scrolls sideways on any main page", async (t) => {
  for (const role of ["partner", "compliance_officer", "administrator", "auditor"]) {
    const { page, close } = await at(t, who(role), { width: 640, scale: 2 });
    await page.goto("/");
    const links = await page.locator("nav[aria-label=Menu] a").evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? "/"));
    const pages = ["/", "/account", ...links];
    for (const list of ["/matters", "/walls", "/ledger", "/staff"].filter((path) => links.includes(path))) {
      await page.goto(list);
      const first = await page.getByRole("main").getByRole("table").getByRole("link").first().getAttribute("href");
      // whoever keeps the register of matters sees the team; what happened in a matter is its team's to read
      if (first?.startsWith("/matters/")) pages.push(first, `${first}/team`, ...(role === "partner" ? [`${first}/activity`] : []));
      else if (first) pages.push(first);
    }
    for (const path of new Set(pages)) {
      await page.goto(path);
      const name = `${role}${path.replace(/[a-z]+_[0-9A-Za-z]{20,}/g, "one").replace(/[^a-z0-9]+/gi, "-")}`.replace(/-$/, "");
      await screenshot(page, `zoom-${name}`, { width: 640 });
    }
    await close();
  }
});
