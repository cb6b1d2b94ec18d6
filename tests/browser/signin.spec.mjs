// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshCode, signIn, signOut, who } from "./person.mjs";
import { axe, open, screenshot } from "./screen.mjs";

test("a partner signs in with a password and a code, and out again", async (t) => {
  const { page } = await open(t);
  await page.goto("/");
  await axe(page);
  await screenshot(page, "sign-in");
  await signIn(page, who("partner"));
  await page.getByRole("heading", { level: 1 }).waitFor();
  await axe(page);
  await signOut(page);
});

test("a wrong password and an unknown address get the same sentence, and the address stays typed", async (t) => {
  const screen = await open(t);
  const { page } = screen;
  screen.expects(/status of 4(01|22)/);
  const answers = [];
  for (const email of [who("associate").email, "nobody@nowhere.invalid"]) {
    await page.goto("/");
    await page.getByLabel(/^E-?mail$/).fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Continue" }).click();
    answers.push(await page.getByRole("alert").innerText());
    assert.equal(await page.getByLabel(/^E-?mail$/).inputValue(), email);
    await axe(page);
  }
  assert.equal(answers[0], answers[1]);
});

test("signing in works with scripts off", async (t) => {
  const { page } = await open(t, { scripts: false });
  await signIn(page, who("paralegal"));
  await page.getByRole("heading", { level: 1 }).waitFor();
});

test("a code works once", async (t) => {
  const screen = await open(t);
  screen.expects(/status of 4(01|22)/);
  const person = who("records_manager");
  await signIn(screen.page, person);
  await signOut(screen.page);
  const code = await freshCode(person);
  for (const works of [true, false]) {
    await screen.page.goto("/");
    await screen.page.getByLabel(/^E-?mail$/).fill(person.email);
    await screen.page.getByLabel("Password", { exact: true }).fill(person.password);
    await screen.page.getByRole("button", { name: "Continue" }).click();
    await screen.page.getByLabel("Code").fill(code);
    await screen.page.getByLabel("Code").press("Enter");
    if (works) await signOut(screen.page);
    else await screen.page.getByRole("alert").waitFor();
  }
});
