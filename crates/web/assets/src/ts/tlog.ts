// The verifier of the page: C2SP tlog-tiles, checkpoints and signed notes, RFC 6962 hashing, by WebCrypto.
// It asks the server for the log's public files and for nothing else.
import { sha256 } from "./dom";

export type Hash = Uint8Array<ArrayBuffer>;

export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Hash;
  /** The signed text and the lines below it. */
  text: string;
  signatures: string[];
}

export interface Vkey {
  name: string;
  id: Hash;
  algorithm: number;
  key: Hash;
}

const HASH = 32;
const WIDTH = 256n;

export function fromBase64(text: string): Hash {
  const raw = atob(text.trim());
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function join(...parts: Uint8Array[]): Hash {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const leafHash = (entry: Uint8Array): Promise<Hash> => sha256(join(Uint8Array.of(0), entry));
export const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Hash> => sha256(join(Uint8Array.of(1), left, right));

export function parseCheckpoint(note: string): Checkpoint {
  const cut = note.indexOf("\n\n");
  if (cut < 0) throw new Error("the checkpoint is not a signed note");
  const text = note.slice(0, cut + 1);
  const [origin, size, root] = text.split("\n");
  if (!origin || !size || !/^(0|[1-9][0-9]*)$/.test(size) || !root) throw new Error("the checkpoint has not its three lines");
  const bytes = fromBase64(root);
  if (bytes.length !== HASH) throw new Error("the checkpoint's root is not a SHA-256 hash");
  return { origin, size: BigInt(size), root: bytes, text, signatures: note.slice(cut + 2).split("\n").filter((line) => line !== "") };
}

/** `name+hash+base64(algorithm || key)`; the hash must be the key's own. */
export async function parseVkey(line: string): Promise<Vkey> {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim());
  if (!match) throw new Error("the log's key is not a verifier key");
  const [, name = "", claimed = "", encoded = ""] = match;
  const blob = fromBase64(encoded);
  const id = (await sha256(join(new TextEncoder().encode(`${name}\n`), blob))).slice(0, 4);
  if (claimed !== Array.from(id, (b) => b.toString(16).padStart(2, "0")).join("")) throw new Error("the log's key does not match its own fingerprint");
  return { name, id, algorithm: blob[0] ?? 0, key: blob.slice(1) };
}

/** Whether this browser can check Ed25519 at all. */
export async function importKey(vkey: Vkey): Promise<CryptoKey | null> {
  if (vkey.algorithm !== 1) throw new Error("the log's key is not an Ed25519 key");
  try {
    return await crypto.subtle.importKey("raw", vkey.key, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return null;
  }
}

/** The signature line of that key must be there and must hold. */
export async function signed(checkpoint: Checkpoint, vkey: Vkey, key: CryptoKey): Promise<boolean> {
  for (const line of checkpoint.signatures) {
    const match = /^\u2014 (\S+) (\S+)$/.exec(line);
    if (!match || match[1] !== vkey.name) continue;
    const blob = fromBase64(match[2] ?? "");
    if (!same(blob.slice(0, 4), vkey.id)) continue;
    return crypto.subtle.verify({ name: "Ed25519" }, key, blob.slice(4), new TextEncoder().encode(checkpoint.text));
  }
  return false;
}

/** `x001/x234/067` */
export function tilePath(level: number, index: bigint, width: bigint): string {
  let digits = index.toString();
  digits = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = digits.match(/.{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return `/ledger/tile/${level}/${path}${width < WIDTH ? `.p/${width}` : ""}`;
}

/** The hashes of a tree of a given size, read from its tiles. */
export class Tiles {
  readonly #size: bigint;
  readonly #kept = new Map<string, Promise<Hash>>();
  /** How many files were fetched. */
  fetched = 0;

  constructor(size: bigint) {
    this.#size = size;
  }

  async #tile(level: number, index: bigint): Promise<Hash> {
    const whole = this.#size >> BigInt(8 * level);
    const width = whole - index * WIDTH < WIDTH ? whole - index * WIDTH : WIDTH;
    if (width <= 0n) throw new Error("a tile beyond the tree was asked for");
    const path = tilePath(level, index, width);
    let tile = this.#kept.get(path);
    if (!tile) {
      tile = this.#fetch(path, level, index, width);
      this.#kept.set(path, tile);
    }
    return tile;
  }

  async #fetch(path: string, level: number, index: bigint, width: bigint): Promise<Hash> {
    let answer = await fetch(path, { credentials: "same-origin", cache: "no-cache" });
    // a partial tile may be gone once the full one is there
    if (!answer.ok && width < WIDTH) answer = await fetch(tilePath(level, index, WIDTH), { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`the tile ${path} could not be read`);
    this.fetched += 1;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const wanted = Number(width) * HASH;
    if (bytes.length < wanted) throw new Error(`the tile ${path} is too short`);
    return bytes.slice(0, wanted);
  }

  /** The hash over the 2^height leaves from index × 2^height on; all of them exist. */
  async node(height: number, index: bigint): Promise<Hash> {
    const level = Math.floor(height / 8);
    const within = BigInt(height % 8);
    const first = index << within;
    const tile = await this.#tile(level, first / WIDTH);
    const at = Number(first % WIDTH);
    let row: Hash[] = [];
    for (let i = 0; i < 2 ** Number(within); i += 1) row.push(tile.slice((at + i) * HASH, (at + i + 1) * HASH));
    while (row.length > 1) {
      const next: Hash[] = [];
      for (let i = 0; i + 1 < row.length; i += 2) next.push(await nodeHash(row[i]!, row[i + 1]!));
      row = next;
    }
    const [hash] = row;
    if (!hash || hash.length !== HASH) throw new Error("a tile is too short");
    return hash;
  }

  /** RFC 6962's tree hash over the leaves [start, start + count). */
  async range(start: bigint, count: bigint): Promise<Hash> {
    const height = (count.toString(2).length - 1);
    const whole = 1n << BigInt(height);
    if (whole === count && start % count === 0n) return this.node(height, start / count);
    return nodeHash(await this.range(start, whole), await this.range(start + whole, count - whole));
  }

  /** The root that follows when the leaf at index has this hash, and how many siblings it took. */
  async rootWith(leaf: Hash, index: bigint): Promise<{ root: Hash; steps: number }> {
    let steps = 0;
    const climb = async (start: bigint, count: bigint): Promise<Hash> => {
      if (count === 1n) return leaf;
      let half = 1n;
      while (half * 2n < count) half *= 2n;
      steps += 1;
      if (index < start + half) return nodeHash(await climb(start, half), await this.range(start + half, count - half));
      return nodeHash(await this.range(start, half), await climb(start + half, count - half));
    };
    return { root: await climb(0n, this.#size), steps };
  }
}

/** A public file of the log, as text. */
export async function publicText(path: string): Promise<string> {
  const answer = await fetch(path, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Error(`${path} could not be read`);
  return answer.text();
}
