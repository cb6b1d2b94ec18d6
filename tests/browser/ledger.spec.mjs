// @ts-check
// The page proves an entry by itself; another program proves its receipt.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { at, who } from "./person.mjs";
import { axe, firm, runFolder, screenshot } from "./screen.mjs";

test("an entry is proved in the page, and its receipt outside the program", async (t) => {
  const { page } = await at(t, who("auditor"));
  await page.goto("/ledger");
  await axe(page);
  await page.getByRole("row").nth(1).getByRole("link").first().click();
  await page.getByText(/Proven in this page/).waitFor();
  await axe(page);
  await screenshot(page, "ledger-entry");

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /download receipt/i }).click()]);
  const receipt = join(runFolder, "receipt.txt");
  await download.saveAs(receipt);
  const vkey = join(runFolder, "ledger.vkey");
  writeFileSync(vkey, `${firm.ledger_vkey}\n`);
  const verifier = join(dirname(process.env["STRONGROOM_BIN"] ?? "../../target/debug/strongroom"), "strongroom-verify");
  const said = execFileSync(verifier, ["receipt", receipt, "--vkey", vkey], { encoding: "utf8" });
  assert.match(said, /verified/i);
});
