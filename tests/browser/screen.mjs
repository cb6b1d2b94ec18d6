// @ts-check
// A screen: one Chromium with a fresh profile, watched. Whatever it complains about (console errors, exceptions,
// content security policy, a request that leaves the firm's server) fails the test when the screen is closed.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** @typedef {{ email: string, role: string, password: string, totp_secret: string, token: string }} Person */
/** @typedef {{ url: string, ledger_vkey: string, people: Person[] }} Ready */
/** @typedef {{ theme?: "light" | "dark", width?: number, scale?: number, scripts?: boolean, server?: string }} Look */

const readyFile = process.env["STRONGROOM_READY"];
assert.ok(readyFile, "run the specs with `make browser` or `node run.mjs`: they need a demo firm");
/** @type {Ready} */
export const firm = JSON.parse(readFileSync(readyFile, "utf8"));
export const runFolder = process.env["STRONGROOM_RUN"] ?? tmpdir();
const pictures = process.env["STRONGROOM_PICTURES"] ?? runFolder;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Without the background flags Chromium looks for its maker's hosts at every start.
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/**
 * Opens a screen. It closes itself when the test ends, and then fails it if there were complaints.
 * @param {import("node:test").TestContext} t
 * @param {Look} [look]
 */
export async function open(t, { theme = "light", width = 1280, scale = 1, scripts = true, server = firm.url } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "strongroom-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    args: flags,
    baseURL: server,
    colorScheme: theme,
    reducedMotion: "reduce",
    viewport: { width, height: Math.round(900 / scale) },
    deviceScaleFactor: scale,
    javaScriptEnabled: scripts,
    locale: "en-GB",
  });
  context.setDefaultTimeout(10_000);
  /** @type {string[]} */
  const complaints = [];
  /** @type {RegExp[]} */
  const expected = [];
  const origin = new URL(server).origin;

  if (scripts) {
    await context.exposeBinding("reportViolation", (_source, what) => void complaints.push(`content security policy: ${what}`));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        // @ts-expect-error: the binding is put on window from outside
        window.reportViolation(`${event.violatedDirective} refused ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
      });
    });
    await context.addInitScript({ content: axeSource });
  }
  /** @param {import("playwright-core").Page} page */
  const watch = (page) => {
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => complaints.push(`exception: ${error.stack ?? error}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== origin && !["data:", "blob:", "about:", "chrome:"].includes(url.protocol)) complaints.push(`request to a foreign host: ${url.href}`);
    });
  };
  context.pages().forEach(watch);
  context.on("page", watch);

  let open = true;
  const screen = {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    /** A complaint that this test provokes on purpose. @param {RegExp} complaint */
    expects: (complaint) => void expected.push(complaint),
    async close() {
      if (!open) return;
      open = false;
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
      const left = complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
      assert.deepEqual(left, [], "the browser complained");
    },
  };
  t.after(screen.close);
  return screen;
}

/**
 * Fails with every axe violation of the page as it stands, and where it is.
 * @param {import("playwright-core").Page} page
 */
export async function axe(page) {
  const violations = await page.evaluate(async () => {
    // @ts-expect-error: put there by an init script
    const results = await window.axe.run(document, { resultTypes: ["violations"] });
    return results.violations.flatMap((/** @type {any} */ violation) =>
      violation.nodes.map((/** @type {any} */ node) => `${violation.id}: ${violation.help} at ${node.target.join(" ")}\n${node.failureSummary}`),
    );
  });
  assert.deepEqual(violations, [], `axe found something on ${page.url()}`);
}

/**
 * A picture of the whole page in target/browser/NAME-THEME-WIDTH.png.
 * @param {import("playwright-core").Page} page @param {string} name @param {Look} [look]
 */
export async function screenshot(page, name, { theme = "light", width = 1280 } = {}) {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: 900 });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(sideways <= 0, `${name} scrolls sideways by ${sideways} px at a width of ${width}`);
  await page.screenshot({ path: join(pictures, `${name}-${theme}-${width}.png`), fullPage: true });
}
