// @ts-check
// Starts `strongroom demo` on a free port with a firm of its own, runs the specs against it one after another, and
// ends it by its own process id. `node run.mjs wall.spec.mjs` runs one spec. Pictures are in target/browser/.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const target = resolve(here, "../../target");
const pictures = join(target, "browser");
const program = process.env["STRONGROOM_BIN"] ?? join(target, "debug/strongroom");
const specs = process.argv.length > 2 ? process.argv.slice(2) : readdirSync(here).filter((name) => name.endsWith(".spec.mjs")).sort();

const run = mkdtempSync(join(tmpdir(), "strongroom-browser-"));
const readyFile = join(run, "ready.json");
const log = join(pictures, "server.log");
rmSync(pictures, { recursive: true, force: true });
mkdirSync(pictures, { recursive: true });
mkdirSync(join(target, "tests"), { recursive: true });
rmSync(join(target, "tests/browser.count"), { force: true });

const server = spawn(program, ["demo", "--data", join(run, "firm"), "--listen", "127.0.0.1:0", "--ready-file", readyFile], { stdio: ["ignore", "pipe", "pipe"] });
const sink = createWriteStream(log);
server.stdout.pipe(sink, { end: false });
server.stderr.pipe(sink, { end: false });
/** @type {string | undefined} */
let gone;
server.on("error", (error) => (gone = String(error)));
server.on("exit", (code, signal) => (gone = `it ended with ${signal ?? `exit code ${code}`}`));

process.on("SIGINT", () => void finish(130));
process.on("SIGTERM", () => void finish(143));

await ready();
await finish(await runSpecs());

async function ready() {
  const started = Date.now();
  let said = 0;
  while (!existsSync(readyFile)) {
    const seconds = Math.round((Date.now() - started) / 1000);
    if (gone || seconds > 300) {
      console.error(`The demo firm did not come up: ${gone ?? `not ready after ${seconds} s`}. The end of its log:`);
      console.error(readFileSync(log, "utf8").split("\n").slice(-30).join("\n"));
      await finish(1);
    }
    if (seconds >= said + 10) console.log(`… making the demo firm: ${(said = seconds)} s`);
    await new Promise((done) => setTimeout(done, 100));
  }
  console.log(`The demo firm was up after ${((Date.now() - started) / 1000).toFixed(1)} s (log: target/browser/server.log).`);
}

/** @returns {Promise<number>} */
function runSpecs() {
  // A file at a time: the specs share one firm, and a one-time code works once.
  const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", "--test-reporter-destination=stdout", ...specs];
  const tests = spawn(process.execPath, args, {
    cwd: here,
    env: { ...process.env, STRONGROOM_READY: readyFile, STRONGROOM_RUN: run, STRONGROOM_PICTURES: pictures },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let tail = "";
  tests.stdout.on("data", (/** @type {Buffer} */ bytes) => {
    process.stdout.write(bytes);
    tail = (tail + bytes.toString()).slice(-20_000);
  });
  return new Promise((done) =>
    tests.on("exit", (code) => {
      const passed = Number(/ℹ pass (\d+)/.exec(tail)?.[1] ?? 0);
      if (code === 0 && passed > 0) writeFileSync(join(target, "tests/browser.count"), `${passed}\n`);
      if (passed === 0) console.error("No browser test ran.");
      if (gone) console.error(`The server did not outlive the tests: ${gone}. See target/browser/server.log.`);
      done(code === 0 && passed > 0 && !gone ? 0 : 1);
    }),
  );
}

/** @param {number} code @returns {Promise<never>} */
async function finish(code) {
  if (!gone) {
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await Promise.race([ended, new Promise((done) => setTimeout(done, 10_000))]);
    if (!gone) server.kill("SIGKILL");
  }
  rmSync(run, { recursive: true, force: true, maxRetries: 3 });
  process.exit(code);
}
