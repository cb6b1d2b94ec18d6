// Proves an entry, or the last checkpoint, in the page. Green only if every step holds; the server is never
// asked whether it is right.
import { button, el } from "./dom";
import { type Checkpoint, Tiles, type Vkey, fromBase64, importKey, leafHash, parseCheckpoint, parseVkey, publicText, same, signed, toBase64 } from "./tlog";

type Mark = "ok" | "no" | "";

/** A proof under way: its steps, and what came of it. */
class Steps {
  readonly list = el("ol", { class: "proof" });
  readonly verdict = el("p", { class: "verdict unsure", role: "status" }, "Checking…");

  add(mark: Mark, says: string, detail?: string): void {
    const word = mark === "ok" ? "Holds: " : mark === "no" ? "Does not hold: " : "";
    this.list.append(el("li", { class: mark }, el("span", {}, el("span", { class: "visually-hidden" }, word), says), detail ? el("code", {}, detail) : null));
  }

  end(kind: "good" | "bad" | "unsure", says: string): void {
    this.verdict.className = `verdict ${kind}`;
    this.verdict.textContent = says;
  }
}

async function fetchSigned(steps: Steps): Promise<{ checkpoint: Checkpoint; vkey: Vkey; holds: boolean | null }> {
  const [note, line] = await Promise.all([publicText("/ledger/checkpoint"), publicText("/ledger/vkey")]);
  const checkpoint = parseCheckpoint(note);
  const vkey = await parseVkey(line);
  steps.add("ok", `Checkpoint of ${checkpoint.origin} over ${checkpoint.size.toLocaleString("en-GB")} entries read`, toBase64(checkpoint.root));
  if (checkpoint.origin !== vkey.name) throw new Error(`the key is of ${vkey.name}, the checkpoint of ${checkpoint.origin}`);
  const key = await importKey(vkey);
  if (!key) {
    steps.add("", "This browser cannot check Ed25519 signatures. Check the signature with strongroom-verify.");
    return { checkpoint, vkey, holds: null };
  }
  const holds = await signed(checkpoint, vkey, key);
  steps.add(holds ? "ok" : "no", holds ? "The log's key signed this checkpoint" : "The signature on the checkpoint is not the log's", `${vkey.name}+${Array.from(vkey.id, (b) => b.toString(16).padStart(2, "0")).join("")}`);
  return { checkpoint, vkey, holds };
}

/** What this browser saw of the log before must still be a part of it. */
async function remember(steps: Steps, checkpoint: Checkpoint, vkey: Vkey): Promise<boolean> {
  const key = `strongroom:log:${vkey.name}+${toBase64(vkey.id)}`;
  let holds = true;
  try {
    const [size, root] = (localStorage.getItem(key) ?? "").split(" ");
    if (size && root) {
      const before = BigInt(size);
      if (before > checkpoint.size) holds = false;
      else if (before > 0n) holds = same(await new Tiles(checkpoint.size).range(0n, before), fromBase64(root));
      steps.add(holds ? "ok" : "no", holds ? `Nothing was changed since this browser last looked, at ${before.toLocaleString("en-GB")} entries` : `The log is not the one this browser saw, at ${before.toLocaleString("en-GB")} entries`);
    }
    if (holds) localStorage.setItem(key, `${checkpoint.size} ${toBase64(checkpoint.root)}`);
  } catch (error) {
    if (error instanceof DOMException) return holds;
    throw error;
  }
  return holds;
}

/** Who signed below the log, as the lines of the note name them, and when: each cosignature begins with its time. */
function witnessesOf(checkpoint: Checkpoint, vkey: Vkey): string {
  const named: string[] = [];
  for (const line of checkpoint.signatures) {
    const [, name, encoded = ""] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    const blob = fromBase64(encoded);
    if (!name || same(blob.slice(0, 4), vkey.id) || blob.length < 12) continue;
    const seconds = Number(new DataView(blob.buffer, 4, 8).getBigUint64(0));
    named.push(`${name} (${new Date(seconds * 1000).toLocaleString("en-GB")})`);
  }
  return named.join(", ");
}

/** What outside witnesses signed last must be the beginning of this log. Their signatures are for strongroom-verify. */
async function fetchWitnessed(steps: Steps, newest: Checkpoint, vkey: Vkey, index: bigint | null): Promise<boolean> {
  const note = await publicText("/ledger/checkpoint/witnessed").catch(() => null);
  if (note === null) {
    steps.add("", "No outside witness has signed this ledger yet");
    return true;
  }
  const witnessed = parseCheckpoint(note);
  const size = witnessed.size.toLocaleString("en-GB");
  const holds = witnessed.origin === vkey.name && witnessed.size > 0n && witnessed.size <= newest.size && same(await new Tiles(witnessed.size).range(0n, witnessed.size), witnessed.root);
  steps.add(holds ? "ok" : "no", holds ? `What outside witnesses signed, ${size} entries, is the beginning of this ledger` : "What outside witnesses signed is not the beginning of this ledger", witnessesOf(witnessed, vkey));
  if (index !== null && index >= witnessed.size) steps.add("", "This entry came after that: so far it is signed by the firm alone");
  else steps.add("", "The witnesses' own signatures are checked by strongroom-verify, with the policy that names their keys");
  return holds;
}

async function prove(steps: Steps, index: bigint, entry: string, witnesses: boolean): Promise<void> {
  const name = `Entry ${index.toLocaleString("en-GB")}`;
  const bytes = fromBase64(entry);
  const leaf = await leafHash(bytes);
  steps.add("ok", `Fingerprint of this entry's ${bytes.length.toLocaleString("en-GB")} bytes computed here`, toBase64(leaf));
  const { checkpoint, vkey, holds } = await fetchSigned(steps);
  if (index >= checkpoint.size) return steps.end("unsure", `${name} is not yet under the signed checkpoint. Look again in a moment.`);
  const tiles = new Tiles(checkpoint.size);
  const kept = await tiles.node(0, index);
  const fits = same(kept, leaf);
  steps.add(fits ? "ok" : "no", fits ? `The log holds the same fingerprint at ${index.toLocaleString("en-GB")}` : `The log holds another fingerprint at ${index.toLocaleString("en-GB")}: these bytes differ from what was written`, toBase64(kept));
  const { root, steps: climbed } = await tiles.rootWith(leaf, index);
  const under = same(root, checkpoint.root);
  steps.add(under ? "ok" : "no", under ? `${climbed} steps up the tree lead to the signed root` : `${climbed} steps up the tree do not lead to the signed root`, toBase64(root));
  const outside = !witnesses || (await fetchWitnessed(steps, checkpoint, vkey, index));
  const before = await remember(steps, checkpoint, vkey);
  if (!outside) steps.end("bad", `${name}: the ledger is not the one that outside witnesses signed.`);
  else if (!fits || !under) steps.end("bad", `${name} is not what the ledger signed.`);
  else if (holds === false) steps.end("bad", `${name}: the checkpoint above it is not signed by the log.`);
  else if (!before) steps.end("bad", `${name}: the log has been changed since this browser last looked.`);
  else if (holds === null) steps.end("unsure", `${name} is in the tree. The signature could not be checked in this browser.`);
  else steps.end("good", `${name} is in the ledger, unchanged. Proven in this page.`);
}

async function proveCheckpoint(steps: Steps, witnesses: boolean): Promise<void> {
  const { checkpoint, vkey, holds } = await fetchSigned(steps);
  if (checkpoint.size > 0n) {
    const root = await new Tiles(checkpoint.size).range(0n, checkpoint.size);
    const fits = same(root, checkpoint.root);
    steps.add(fits ? "ok" : "no", fits ? "The tree's tiles lead to the signed root" : "The tree's tiles do not lead to the signed root", toBase64(root));
    if (!fits) return steps.end("bad", "The ledger's tree is not what was signed.");
  }
  const outside = !witnesses || (await fetchWitnessed(steps, checkpoint, vkey, null));
  const before = await remember(steps, checkpoint, vkey);
  if (!outside) steps.end("bad", "The ledger is not the one that outside witnesses signed.");
  else if (holds === false || !before) steps.end("bad", "The ledger is not what it was, or was not signed by its key.");
  else if (holds === null) steps.end("unsure", "The tree holds. The signature could not be checked in this browser.");
  else steps.end("good", `${checkpoint.size.toLocaleString("en-GB")} entries, signed and whole. Proven in this page.`);
}

async function run(host: HTMLElement, work: (steps: Steps) => Promise<void>): Promise<void> {
  const steps = new Steps();
  host.replaceChildren(steps.verdict, steps.list);
  if (!globalThis.crypto?.subtle) return steps.end("unsure", "This browser cannot compute here (the page is not served securely). Use strongroom-verify.");
  try {
    await work(steps);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "something is missing";
    steps.add("no", `Stopped: ${reason}`);
    steps.end("unsure", "Not proven: the check could not be finished. Save the receipt and use strongroom-verify, or try again.");
  }
}

class LedgerProof extends HTMLElement {
  connectedCallback(): void {
    const { index, entry, witnesses } = this.dataset;
    if (index && /^[0-9]+$/.test(index) && entry) void run(this, (steps) => prove(steps, BigInt(index), entry, witnesses !== undefined));
  }
}

class CheckpointProof extends HTMLElement {
  connectedCallback(): void {
    this.hidden = false;
    const out = el("div", { class: "stack" });
    const start = button("Verify now", "btn", () => {
      start.textContent = "Verify again";
      void run(out, (steps) => proveCheckpoint(steps, this.dataset.witnesses !== undefined));
    });
    this.append(el("div", {}, start), out);
  }
}

customElements.define("ledger-proof", LedgerProof);
customElements.define("checkpoint-proof", CheckpointProof);
