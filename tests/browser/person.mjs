// @ts-check
// The people of the demo firm, and how one of them signs in.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firm, open, runFolder } from "./screen.mjs";
import { stepAt, totp } from "./totp.mjs";

/** @typedef {import("./screen.mjs").Person} Person */

/**
 * The first (or nth) person of a role.
 * @param {string} role @param {number} [nth]
 */
export function who(role, nth = 0) {
  const person = firm.people.filter((one) => one.role === role)[nth];
  assert.ok(person, `the demo firm has no ${role} number ${nth + 1}`);
  return person;
}

/**
 * A code that this person has not used in this run: a one-time code works once, so this may wait for the next.
 * The note of used steps is a file, because each spec is a process of its own.
 * @param {Person} person
 */
export async function freshCode(person) {
  const note = join(runFolder, "used-codes.json");
  /** @type {Record<string, number>} */
  const used = existsSync(note) ? JSON.parse(readFileSync(note, "utf8")) : {};
  while (stepAt() <= (used[person.email] ?? 0)) await new Promise((done) => setTimeout(done, 250));
  const step = stepAt();
  writeFileSync(note, JSON.stringify({ ...used, [person.email]: step }));
  return totp(person.totp_secret, step);
}

/**
 * Types everything, as a person does.
 * @param {import("playwright-core").Page} page @param {Person} person
 */
export async function signIn(page, person) {
  await page.goto("/");
  await page.getByLabel(/^E-?mail$/).fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Code").fill(await freshCode(person));
  await page.getByLabel("Code").press("Enter");
  await page.getByLabel("Code").waitFor({ state: "detached" });
  await page.getByRole("navigation").first().waitFor();
}

/**
 * By one's own menu, as a person does.
 * @param {import("playwright-core").Page} page
 */
export async function signOut(page) {
  await page.locator("summary", { hasText: /^[A-Z]{1,2}$/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Password", { exact: true }).waitFor();
}

/**
 * A screen with this person signed in. The session of an earlier spec is taken on where there is one: signing in
 * anew would cost the wait for a fresh code.
 * @param {import("node:test").TestContext} t @param {Person} person @param {import("./screen.mjs").Look} [look]
 */
export async function at(t, person, look) {
  const screen = await open(t, look);
  const note = join(runFolder, `session-${person.email.replace(/[^a-z0-9]/gi, "_")}.json`);
  if (existsSync(note)) {
    await screen.context.addCookies(JSON.parse(readFileSync(note, "utf8")));
    await screen.page.goto("/");
    if ((await screen.page.getByLabel("Password", { exact: true }).count()) === 0) return screen;
  }
  await signIn(screen.page, person);
  writeFileSync(note, JSON.stringify(await screen.context.cookies()));
  return screen;
}

/**
 * What this person's own token gets over the API: for arranging, never for what a spec is about.
 * @param {Person} person @param {string} path @param {RequestInit} [init]
 */
export async function api(person, path, init = {}) {
  const answer = await fetch(`${firm.url}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${person.token}`, ...(typeof init.body === "string" ? { "content-type": "application/json" } : {}), ...init.headers },
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${init.method ?? "GET"} ${path} answered ${answer.status}: ${text}`);
  return text ? JSON.parse(text) : undefined;
}
