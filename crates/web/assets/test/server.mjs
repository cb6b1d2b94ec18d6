// What the tests of the page talk to: the sample pages under the server's own security policy, a small true
// log under /ledger/, and a small tus server under /api/v1/uploads. `hooks` bends them, to see what the page says.
import { createServer } from "node:http";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const assets = new URL("../", import.meta.url).pathname;
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const types = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml", woff2: "font/woff2" };
const preview = `<!doctype html><meta charset="utf-8"><title>Preview</title><link rel="stylesheet" href="/preview.css"><h1>IN THE HIGH COURT OF JUSTICE</h1><p>The Claimant is, and at all material times was, the registered holder of forty per cent of the issued share capital of the Company. By an agreement in writing dated 4 March 2024 the Defendant agreed to purchase the whole of that holding upon the terms there set out, of which the following are material to this claim.</p><p>Completion was to take place not later than ninety days after the date of the agreement.</p>`;
const previewCss = "body{font:15px/1.6 Georgia,serif;margin:2rem;color:#1c2333;background:#fdfcfa}h1{font-size:1.05rem;text-align:center}";
const found = [{ kind: "matter", title: "Share purchase dispute", subtitle: "Northwind Holdings · NW-2026-014", href: "/matter_records.html" }, { kind: "client", title: "Northwind Holdings", subtitle: "3 open matters", href: "/client.html" }];

const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const leaf = (bytes) => sha(Uint8Array.of(0), bytes);
const node = (a, b) => sha(Uint8Array.of(1), a, b);

/** A log of `size` entries with the given bytes at `index`. */
export function makeLog(size, index, bytes, origin = "demo.strongroom.invalid/ledger") {
  const leaves = Array.from({ length: size }, (_, i) => leaf(i === index ? bytes : Buffer.from(`entry ${i}`)));
  const levels = [leaves];
  for (let level = leaves; level.length >= 256;) {
    const next = [];
    for (let i = 0; i + 256 <= level.length; i += 256) {
      let row = level.slice(i, i + 256);
      while (row.length > 1) row = row.flatMap((hash, at) => (at % 2 === 0 ? [node(hash, row[at + 1])] : []));
      next.push(row[0]);
    }
    levels.push(next);
    level = next;
  }
  const root = (from, count) => {
    if (count === 1) return leaves[from];
    let half = 1;
    while (half * 2 < count) half *= 2;
    return node(root(from, half), root(from + half, count - half));
  };
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = Buffer.concat([Buffer.of(1), publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const id = sha(`${origin}\n`, key).subarray(0, 4);
  const text = `${origin}\n${size}\n${root(0, size).toString("base64")}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString("base64");
  return {
    vkey: `${origin}+${id.toString("hex")}+${key.toString("base64")}\n`,
    checkpoint: `${text}\n\u2014 ${origin} ${signature}\n`,
    tile(path) {
      const match = /^(\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path);
      if (!match) return null;
      const at = Number(match[2].replaceAll(/[x/]/g, ""));
      const row = (levels[Number(match[1])] ?? []).slice(at * 256, at * 256 + 256);
      const width = match[3] ? Number(match[3]) : 256;
      return row.length < width || row.length === 0 ? null : Buffer.concat(row.slice(0, width));
    },
  };
}

export async function serve(pages, hooks = {}) {
  const uploads = new Map();
  const asked = [];
  const tus = async (request, response, path) => {
    const headers = { "tus-resumable": "1.0.0" };
    const upload = uploads.get(path);
    const metadata = Object.fromEntries((request.headers["upload-metadata"] ?? "").split(",").filter(Boolean).map((pair) => pair.split(" ")).map(([k, v]) => [k, Buffer.from(v ?? "", "base64").toString()]));
    if (request.method === "POST") {
      const problem = hooks.create?.(metadata);
      if (problem) return response.writeHead(problem.status, { ...headers, "content-type": "application/problem+json" }).end(JSON.stringify(problem));
      const url = `/api/v1/uploads/upl_${uploads.size}`;
      uploads.set(url, { metadata, size: Number(request.headers["upload-length"]), offset: 0 });
      return response.writeHead(201, { ...headers, location: url }).end();
    }
    if (!upload) return response.writeHead(404, headers).end();
    if (request.method === "HEAD") return response.writeHead(200, { ...headers, "upload-offset": upload.offset, "upload-length": upload.size, "cache-control": "no-store" }).end();
    if (request.method === "DELETE") { uploads.delete(path); return response.writeHead(204, headers).end(); }
    for await (const part of request) {
      upload.offset += part.length;
      if (hooks.cut?.(upload)) {
        upload.offset = Math.floor(upload.size / 2);
        return response.destroy();
      }
    }
    return response.writeHead(204, { ...headers, "upload-offset": upload.offset }).end();
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    if (path.startsWith("/api/v1/uploads")) return tus(request, response, path);
    if (path === "/preview-sample.html") return response.writeHead(200, { "content-type": types.html }).end(preview);
    if (path === "/preview.css") return response.writeHead(200, { "content-type": types.css }).end(previewCss);
    if (path.startsWith("/ledger/") && hooks.log) {
      asked.push(path);
      const name = path.slice("/ledger/".length);
      const body = name === "checkpoint" ? hooks.log.checkpoint : name === "vkey" ? hooks.log.vkey : name.startsWith("tile/") ? hooks.log.tile(name.slice(5)) : null;
      return body === null ? response.writeHead(404).end() : response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(body);
    }
    if (request.method === "POST") return response.writeHead(200, { "content-type": "application/json" }).end(path === "/palette" ? JSON.stringify(found) : "{}");
    const file = path.startsWith("/assets/") ? `${assets}dist/${path.slice(8)}` : `${pages}${path}`;
    if (!existsSync(file) || path.endsWith("/")) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": types[file.split(".").pop()] ?? "text/plain", "content-security-policy": policy }).end(await readFile(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { base: `http://127.0.0.1:${server.address().port}`, uploads, asked, close: () => server.close() };
}

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
}
