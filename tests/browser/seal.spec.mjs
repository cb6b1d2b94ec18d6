// @ts-check
// A firm of its own whose key is in three shares: the seal page takes them one after the other.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { axe, open, runFolder, screenshot } from "./screen.mjs";

/** A port that was free a moment ago. @returns {Promise<number>} */
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });

test("two of three shares open the strongroom, on its page", async (t) => {
  const program = process.env["STRONGROOM_BIN"] ?? "";
  const data = join(mkdtempSync(join(runFolder, "shares-")), "firm");
  const kit = `${data}-kit.txt`;
  const url = `http://localhost:${await freePort()}`;
  execFileSync(program, ["init", "--data", data, "--seal", "shares:2/3", "--kit-out", kit, "--public-url", url], { stdio: "ignore" });
  const file = join(data, "strongroom.toml");
  writeFileSync(file, readFileSync(file, "utf8").replace("127.0.0.1:8080", new URL(url).host.replace("localhost", "127.0.0.1")));
  const server = spawn(program, ["serve", "--data", data], { stdio: ["ignore", "ignore", "pipe"] });
  t.after(() => server.kill("SIGKILL"));
  for await (const line of createInterface({ input: server.stderr })) if (line.includes('"serving"')) break;
  server.stderr.resume();
  const shares = [...readFileSync(kit, "utf8").matchAll(/SHARE \d\n\n([\s\S]+?)\n\n/g)].map((found) => found[1]?.replace(/\s+/g, "") ?? "");
  assert.equal(shares.length, 3);

  const screen = await open(t, { server: url });
  screen.expects(/status of (503|422)/);
  const { page } = screen;
  await page.goto("/today");
  await page.getByRole("heading", { name: "The strongroom is sealed" }).waitFor();
  await page.getByText("0 of 2 shares given").waitFor();
  await axe(page);
  await page.getByRole("textbox").fill("SRS1-NO-SHARE-AT-ALL");
  await page.getByRole("button", { name: "Give this share" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("textbox").fill(shares[2] ?? "");
  await page.getByRole("button", { name: "Give this share" }).click();
  await page.getByText("1 of 2 shares given").waitFor();
  await screenshot(page, "seal");
  await page.getByRole("textbox").fill(shares[0] ?? "");
  await page.getByRole("button", { name: "Give this share" }).click();
  await page.getByLabel("Password", { exact: true }).waitFor();
});
