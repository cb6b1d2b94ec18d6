// The queue: three at a time, each pausable, each going on where it stopped.
import { DetailedError, Upload } from "tus-js-client";
import { csrf, hex, sha256 } from "./dom";
import type { Found } from "./upload-collect";
import { HashedStorage, type Stopped, fingerprint, matterMark, sampleOf } from "./upload-storage";

export type ItemState = "waiting" | "hashing" | "sending" | "offline" | "paused" | "done" | "duplicate" | "failed" | "left";

export interface Duplicate {
  id: string;
  title: string;
  href?: string;
}

export interface Item {
  found: Found;
  state: ItemState;
  sent: number;
  /** What to say beside the name. */
  says: string;
  duplicate: Duplicate | null;
  /** What the person chose for a duplicate. */
  metadata: Record<string, string>;
  upload: Upload | null;
  sha256: string | null;
}

export interface Target {
  endpoint: string;
  matter: string;
  versionOf: string | null;
  /** The folder, level and marks of the form as they stand now. */
  chosen: () => { folder: string; level: string; marks: string };
  /** This person's uploads to the matter that stopped, on whatever machine. */
  stopped: () => Promise<Stopped[]>;
}

const AT_ONCE = 3;
const HASH_LIMIT = 64 * 1024 * 1024;
const CHUNK = 8 * 1024 * 1024;
const SMALL = 256 * 1024;
/** What says that the network, and not the server, is in the way. */
const OFFLINE = "Waiting for the network. It goes on by itself.";
const LONGEST_WAIT = 30_000;

interface Problem {
  title?: string;
  detail?: string;
  duplicate_of?: Duplicate;
}

function problem(error: Error | DetailedError): { status: number; body: Problem } {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  let body: Problem = {};
  try {
    body = JSON.parse(response?.getBody() ?? "{}") as Problem;
  } catch {
    // not from us: say it in our own words
  }
  return { status: response?.getStatus() ?? 0, body };
}

function inWords(status: number, body: Problem): string {
  if (body.detail || body.title) return body.detail ?? body.title ?? "";
  if (status === 401) return "You are signed out. Sign in again; what has arrived is kept.";
  if (status === 403) return "You may not add records here. Ask the lead.";
  if (status === 413) return "The file is larger than this firm allows.";
  if (status === 507) return "The disk is full. Tell the IT desk; what has arrived is kept.";
  return "It stopped. What has arrived is kept: press Resume.";
}

export class Queue {
  readonly items: Item[] = [];
  readonly #target: Target;
  readonly #changed: () => void;
  readonly #storage = new HashedStorage();
  #retry = 0;
  #wait = 2000;

  constructor(target: Target, changed: () => void) {
    this.#target = target;
    this.#changed = changed;
  }

  add(found: Found[]): void {
    for (const each of found) this.items.push({ found: each, state: "waiting", sent: 0, says: "", duplicate: null, metadata: {}, upload: null, sha256: null });
    this.#next();
  }

  pause(item: Item): void {
    if (item.state !== "sending" && item.state !== "waiting" && item.state !== "offline") return;
    void item.upload?.abort();
    this.#set(item, "paused", "Paused");
    this.#next();
  }

  resume(item: Item): void {
    if (item.state === "paused" || item.state === "failed") this.#set(item, "waiting", "");
    this.#next();
  }

  /** Takes it out of the queue and asks the server to forget what has arrived. */
  leave(item: Item): void {
    if (item.upload?.url) void item.upload.abort(true).catch(() => undefined);
    else void item.upload?.abort();
    this.#set(item, "left", "Left out");
    this.#next();
  }

  /** The answer to a duplicate. */
  decide(item: Item, how: "version" | "keep"): void {
    if (!item.duplicate) return;
    item.metadata = how === "version" ? { version_of: item.duplicate.id } : { duplicate: "keep" };
    item.upload = null;
    this.#set(item, "waiting", "");
    this.#next();
  }

  /** One answer to every duplicate. */
  decideAll(how: "leave" | "keep"): void {
    for (const item of this.items) {
      if (item.state !== "duplicate") continue;
      if (how === "keep") this.decide(item, "keep");
      else this.leave(item);
    }
  }

  /** The network may be back: what waited for it goes on. What a person paused stays paused. */
  wake(): void {
    clearTimeout(this.#retry);
    this.#retry = 0;
    for (const item of this.items) if (item.state === "offline") item.state = "waiting";
    this.#next();
  }

  /** Asks again by itself, at longer and longer intervals. */
  #later(): void {
    if (this.#retry !== 0) return;
    this.#retry = window.setTimeout(() => this.wake(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  pauseAll(): void {
    for (const item of this.items) this.pause(item);
  }

  resumeAll(): void {
    for (const item of this.items) if (item.state === "paused" || item.state === "failed") this.resume(item);
  }

  count(...states: ItemState[]): number {
    let count = 0;
    for (const item of this.items) if (states.includes(item.state)) count += 1;
    return count;
  }

  get busy(): boolean {
    return this.count("waiting", "hashing", "sending", "offline") > 0;
  }

  #set(item: Item, state: ItemState, says: string): void {
    item.state = state;
    item.says = says;
    this.#changed();
  }

  #next(): void {
    let free = AT_ONCE - this.count("hashing", "sending");
    for (const item of this.items) {
      if (free <= 0) break;
      if (item.state !== "waiting") continue;
      free -= 1;
      item.state = "hashing";
      void this.#start(item).catch(() => this.#set(item, "failed", "The file can no longer be read. Choose it again."));
    }
    this.#changed();
  }

  async #start(item: Item): Promise<void> {
    const { file, folder } = item.found;
    if (file.size <= HASH_LIMIT && item.sha256 === null) item.sha256 = hex(await sha256(await file.arrayBuffer()));
    // it may have been paused or left out while it was read
    if (item.state !== "hashing") return;
    const chosen = this.#target.chosen();
    const path = [chosen.folder, folder].filter(Boolean).join("/");
    const metadata: Record<string, string> = { matter_id: this.#target.matter, filename: file.name, ...item.metadata };
    if (this.#target.versionOf) metadata["version_of"] = this.#target.versionOf;
    if (path) metadata["folder"] = path;
    if (chosen.level) metadata["level"] = chosen.level;
    if (chosen.marks) metadata["marks"] = chosen.marks;
    if (file.type) metadata["filetype"] = file.type;
    if (item.sha256) metadata["sha256"] = item.sha256;
    // to a browser any other answer than 2xx is an error, and the same file twice is none
    if (!metadata["duplicate"] && !metadata["version_of"]) metadata["duplicate"] = "say";
    const sample = file.size > SMALL ? await sampleOf(file) : null;
    if (sample) metadata["sample"] = sample;
    const print = (await matterMark(this.#target.matter)) + (await fingerprint([this.#target.matter, path, file.name, file.size, file.lastModified, JSON.stringify(item.metadata)]));
    const upload = new Upload(file, {
      endpoint: this.#target.endpoint,
      metadata,
      chunkSize: CHUNK,
      // of a small file nothing is worth going on with: one request instead of two
      uploadDataDuringCreation: file.size <= SMALL,
      retryDelays: [0, 1000, 3000],
      urlStorage: this.#storage,
      fingerprint: async () => print,
      storeFingerprintForResuming: true,
      removeFingerprintOnSuccess: true,
      headers: { "X-CSRF-Token": csrf() },
      onShouldRetry: (error) => {
        const { status, body } = problem(error);
        // another number of bytes than we think: the end of a broken connection was still being put down
        if (status === 409) return body.duplicate_of === undefined;
        return status === 0 || status === 423 || status === 429 || status === 502 || status === 503;
      },
      onProgress: (sent) => {
        this.#wait = 2000;
        item.sent = sent;
        this.#changed();
      },
      onSuccess: () => {
        item.sent = file.size;
        this.#set(item, "done", "Added");
        this.#next();
      },
      onError: (error) => this.#failed(item, error),
    });
    const [before] = await upload.findPreviousUploads();
    // not begun in this browser: perhaps by the same person on another machine
    const elsewhere = before || !sample || Object.keys(item.metadata).length > 0 ? undefined : (await this.#target.stopped()).find((one) => one.sample === sample && one.length === file.size && one.filename === file.name);
    if (item.state !== "hashing") return;
    if (before) upload.resumeFromPreviousUpload(before);
    else if (elsewhere) upload.url = `${this.#target.endpoint}/${elsewhere.id}`;
    item.upload = upload;
    this.#set(item, "sending", before || elsewhere ? "Going on where it stopped" : "");
    upload.start();
  }

  #failed(item: Item, error: Error | DetailedError): void {
    if (item.state === "paused" || item.state === "left") return;
    const { status, body } = problem(error);
    if (body.duplicate_of) {
      item.duplicate = body.duplicate_of;
      this.#set(item, "duplicate", `Already here as “${body.duplicate_of.title}”.`);
    } else if (status === 0) {
      this.#set(item, "offline", OFFLINE);
      this.#later();
    } else {
      this.#set(item, "failed", inWords(status, body));
    }
    this.#next();
  }
}
