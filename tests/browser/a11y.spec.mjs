// @ts-check
// Axe on every page that the navigation of each role leads to, light and dark, narrow and wide. A page that links
// nowhere in the navigation belongs in `more`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, who } from "./person.mjs";
import { axe, screenshot } from "./screen.mjs";

const roles = ["partner", "paralegal", "records_manager", "compliance_officer", "administrator", "auditor", "client_contact"];

/** Pages below the navigation, as far as a role gets to them: each is a list whose first row is opened. */
const more = ["/matters", "/walls", "/ledger"];

for (const role of roles) {
  test(`every page of the ${role} passes axe, in light and dark, at 360 and 1280 px`, async (t) => {
    const { page } = await at(t, who(role));
    const pages = new Set(["/"]);
    for (const link of await page.getByRole("navigation").getByRole("link").all()) {
      const path = await link.getAttribute("href");
      if (path?.startsWith("/")) pages.add(path);
    }
    for (const list of more.filter((path) => pages.has(path))) {
      await page.goto(list);
      const first = page.getByRole("main").getByRole("table").getByRole("link").first();
      const path = (await first.count()) > 0 ? await first.getAttribute("href") : null;
      if (path?.startsWith("/")) pages.add(path);
    }
    assert.ok(pages.size > 1 || role === "client_contact", "the navigation leads nowhere");
    for (const path of pages) {
      const name = `${role}${path.replace(/[a-z]+_[0-9A-Za-z]{20,}/g, "one").replace(/[^a-z0-9]+/gi, "-")}`.replace(/-$/, "");
      await page.goto(path);
      for (const theme of /** @type {const} */ (["light", "dark"])) {
        for (const width of [1280, 360]) {
          await screenshot(page, name, { theme, width });
          await axe(page);
        }
      }
    }
  });
}
