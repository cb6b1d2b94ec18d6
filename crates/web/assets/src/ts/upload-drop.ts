// Drop files or whole folders anywhere on the page, paste them, or pick them: progress, pause, resume.
import { isSupported } from "tus-js-client";
import { button, el, say, size, typing } from "./dom";
import { type Found, fromPicker, fromTransfer } from "./upload-collect";
import { type Item, type ItemState, Queue } from "./upload-queue";
import { type Stopped, stoppedFor } from "./upload-storage";

const SHOWN = 40;
/** How many were added, told by the page that is loaded next; a number and nothing of a file. */
const ADDED = "strongroom:added";

class UploadDrop extends HTMLElement {
  #queue: Queue | null = null;
  #veil: HTMLElement | null = null;
  #panel: HTMLElement | null = null;
  readonly #list = el("ul", { tabindex: "0", "aria-label": "Files" });
  #rows = new Map<Item, HTMLElement>();
  #drawing = 0;
  #began = 0;
  #reloading = false;
  #stopped: Promise<Stopped[]> | null = null;

  connectedCallback(): void {
    const { matter, endpoint } = this.dataset;
    if (!isSupported || !matter || !endpoint) return;
    const form = this.querySelector("form[enctype]");
    this.#queue = new Queue({
      endpoint,
      matter,
      versionOf: this.dataset["versionOf"] ?? null,
      chosen: () => {
        const data = form instanceof HTMLFormElement ? new FormData(form) : new FormData();
        return { folder: String(data.get("folder") ?? this.dataset["folder"] ?? ""), level: String(data.get("level") ?? ""), marks: data.getAll("marks").map(String).join(",") };
      },
      stopped: () => (this.#stopped ??= stoppedFor(endpoint, matter)),
    }, () => this.#soon());
    this.#takeForm(form);
    this.#takeDrops();
    this.#sayAdded();
    if (!this.#one) void this.#sayStopped(endpoint, matter);
    window.addEventListener("beforeunload", (event) => {
      if (this.#queue?.busy && !this.#reloading) event.preventDefault();
    });
    window.addEventListener("online", () => this.#queue?.wake());
  }

  get #one(): boolean {
    return this.dataset["versionOf"] !== undefined;
  }

  /** The plain form stays; sending it goes through the queue, and a folder can be chosen too. */
  #takeForm(form: Element | null): void {
    if (!(form instanceof HTMLFormElement)) return;
    const input = form.querySelector<HTMLInputElement>('input[type="file"]');
    form.addEventListener("submit", (event) => {
      if (!input?.files?.length) return;
      event.preventDefault();
      this.#add(fromPicker(input.files));
      input.value = "";
      const fold = form.closest("details");
      if (fold) fold.open = false;
    });
    if (this.#one || !input) return;
    const folder = el("input", { type: "file", multiple: true, webkitdirectory: true, hidden: true, "aria-label": "A folder" });
    folder.addEventListener("change", () => {
      if (folder.files) this.#add(fromPicker(folder.files));
      folder.value = "";
    });
    const pick = button("Choose a whole folder", "btn slim", () => folder.click());
    input.after(el("div", { class: "row-actions" }, pick, folder));
  }

  #takeDrops(): void {
    // of two drop areas on a page the first takes the page
    if (document.querySelector("upload-drop") !== this) return;
    let depth = 0;
    const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    document.addEventListener("dragenter", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      depth += 1;
      this.#cover(true);
    });
    document.addEventListener("dragover", (event) => {
      if (files(event)) event.preventDefault();
    });
    document.addEventListener("dragleave", () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) this.#cover(false);
    });
    document.addEventListener("drop", (event) => {
      if (!files(event) || !event.dataTransfer) return;
      event.preventDefault();
      depth = 0;
      this.#cover(false);
      void fromTransfer(event.dataTransfer).then((found) => this.#add(found));
    });
    document.addEventListener("paste", (event) => {
      if (typing(event.target) || !event.clipboardData?.files.length) return;
      event.preventDefault();
      void fromTransfer(event.clipboardData).then((found) => this.#add(found));
    });
  }

  #cover(on: boolean): void {
    if (!on) {
      this.#veil?.remove();
      this.#veil = null;
    } else if (!this.#veil) {
      const where = this.dataset["folder"];
      this.#veil = el("div", { class: "drop-veil" }, el("p", {}, this.#one ? "Let go to add a new version" : where ? `Let go to add to ${where}` : "Let go to add to this matter"));
      document.body.append(this.#veil);
    }
  }

  /** What stopped part-way, wherever it was begun: the server knows, and the same file goes on. */
  async #sayStopped(endpoint: string, matter: string): Promise<void> {
    this.#stopped = stoppedFor(endpoint, matter);
    const stopped = await this.#stopped;
    if (stopped.length === 0 || this.#panel) return;
    const says = stopped.length === 1 ? "One upload of yours to this matter stopped part-way." : `${stopped.length} uploads of yours to this matter stopped part-way.`;
    const list = stopped.slice(0, 5).map((one) => el("li", {}, el("b", {}, one.filename), ` · ${size(one.offset)} of ${size(one.length)} arrived`));
    const more = stopped.length > list.length ? el("li", {}, `and ${stopped.length - list.length} more`) : null;
    this.append(el("div", { class: "note warn small" }, el("p", {}, `${says} Choose or drop the same files again, on any machine: what has arrived is not sent twice.`), el("ul", {}, ...list, more)));
  }

  #sayAdded(): void {
    try {
      const said = JSON.parse(sessionStorage.getItem(ADDED) ?? "null") as { at?: string; count?: number } | null;
      if (said?.at !== location.pathname || typeof said.count !== "number") return;
      sessionStorage.removeItem(ADDED);
      say(this.#one ? "The new version is added and sealed." : said.count === 1 ? "One record is added and sealed." : `${said.count} records are added and sealed.`);
    } catch {
      // the list itself shows what came
    }
  }

  #add(found: Found[]): void {
    if (found.length === 0) return;
    if (this.#began === 0) this.#began = Date.now();
    this.querySelector(":scope > .note")?.remove();
    this.#queue?.add(this.#one ? found.slice(0, 1) : found);
  }

  /** Progress comes in bursts; the page is drawn at most once a frame. */
  #soon(): void {
    if (this.#drawing === 0) this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const queue = this.#queue;
    if (!queue || queue.items.length === 0) return;
    if (!this.#panel) {
      this.#panel = el("section", { class: "sheet up", "aria-label": "Being added" }, this.#list);
      this.append(this.#panel);
    }
    const shown = this.#shown(queue);
    this.#summary(queue, queue.items.length - shown.length - queue.count("left"));
    const rows = shown.map((item) => this.#row(item));
    const kept = Array.from(this.#list.children);
    if (rows.length !== kept.length || rows.some((row, index) => row !== kept[index])) {
      const focused = document.activeElement;
      this.#list.replaceChildren(...rows);
      if (focused instanceof HTMLElement && this.#list.contains(focused)) focused.focus({ preventScroll: true });
    }
    this.#finish(queue);
  }

  /** What asks for an answer first, then what moves. One pass: ten thousand files are drawn many times. */
  #shown(queue: Queue): Item[] {
    const sorted: Record<ItemState, Item[]> = { duplicate: [], failed: [], offline: [], sending: [], hashing: [], paused: [], waiting: [], done: [], left: [] };
    for (const item of queue.items) if (sorted[item.state].length < SHOWN) sorted[item.state].push(item);
    const { duplicate, failed, offline, sending, hashing, paused, waiting, done } = sorted;
    const shown = [duplicate, failed, offline, sending, hashing, paused, waiting, done].flat().slice(0, SHOWN);
    const kept = new Set(shown);
    for (const item of this.#rows.keys()) if (!kept.has(item)) this.#rows.delete(item);
    return shown;
  }

  #summary(queue: Queue, hidden: number): void {
    const live = queue.items.filter((item) => item.state !== "left");
    // everything was left out: there is nothing more to say
    if (this.#panel) this.#panel.hidden = live.length === 0;
    const total = live.reduce((sum, item) => sum + item.found.file.size, 0);
    const sent = live.reduce((sum, item) => sum + Math.min(item.sent, item.found.file.size), 0);
    const done = queue.count("done");
    const asks = queue.count("duplicate", "failed");
    const percent = total === 0 ? 100 : Math.floor((sent / total) * 100);
    const seconds = sent > 0 ? ((total - sent) / sent) * ((Date.now() - this.#began) / 1000) : 0;
    const left = queue.busy && seconds > 3 && sent > 0 ? ` · ${seconds > 90 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds)} s`} left` : "";
    const offline = queue.count("offline");
    let says = offline > 0 && queue.count("sending") === 0 ? `Waiting for the network · ${done} of ${live.length} added` : queue.busy ? `Adding ${Math.min(done + 1, live.length)} of ${live.length}` : `${done} of ${live.length} added`;
    if (asks > 0) says += asks === 1 ? " · one needs you" : ` · ${asks} need you`;
    if (hidden > 0) says += ` · ${hidden} more not shown`;
    const numbers = `${percent} % · ${size(sent)} of ${size(total)}${left}`;
    let head = this.#panel?.querySelector(".up-summary");
    if (!head) {
      const pause = button("Pause all", "btn slim", () => (queue.busy ? queue.pauseAll() : queue.resumeAll()));
      pause.dataset["role"] = "pause";
      // the answer that changes nothing comes first
      const twice = el("span", { class: "row-actions twice", hidden: true }, el("span", { class: "quiet" }), button("Leave out all", "btn slim primary", () => queue.decideAll("leave")), button("Keep all", "btn slim", () => queue.decideAll("keep")));
      head = el("div", { class: "up-summary" }, el("span", { class: "says", role: "status" }), el("span", { class: "row-actions" }, el("span", { class: "num quiet numbers" }), pause), twice, el("progress", { max: 100, value: 0, "aria-label": "Added so far" }));
      this.#panel?.prepend(head);
    }
    const text = head.querySelector<HTMLElement>(".says");
    if (text && text.textContent !== says) text.textContent = says;
    const figures = head.querySelector<HTMLElement>(".numbers");
    if (figures) figures.textContent = numbers;
    const bar = head.querySelector("progress");
    if (bar) bar.value = percent;
    const twice = head.querySelector<HTMLElement>(".twice");
    const same = queue.count("duplicate");
    if (twice) {
      twice.hidden = same < 2;
      const text = twice.querySelector("span");
      if (text) text.textContent = `${same} are in this matter already.`;
    }
    const pause = head.querySelector<HTMLButtonElement>("[data-role=pause]");
    if (pause) {
      pause.hidden = !queue.busy && queue.count("paused", "failed") === 0;
      pause.textContent = queue.busy ? "Pause all" : "Resume all";
    }
  }

  #row(item: Item): HTMLElement {
    let row = this.#rows.get(item);
    if (!row) {
      const path = item.found.folder ? `${item.found.folder} / ` : "";
      row = el("li", {}, el("span", { class: "name" }, path ? el("span", { class: "quiet" }, path) : null, item.found.file.name), el("span", { class: "row-actions" }), el("span", { class: "says" }), el("progress", { max: Math.max(1, item.found.file.size), value: 0, "aria-label": `Sent of ${item.found.file.name}` }));
      this.#rows.set(item, row);
    }
    const bar = row.querySelector("progress");
    if (bar) {
      bar.value = item.sent;
      bar.hidden = item.state === "done" || item.state === "duplicate";
    }
    if (row.dataset["state"] === item.state && row.dataset["words"] === item.says) return row;
    row.dataset["state"] = item.state;
    row.dataset["words"] = item.says;
    row.className = item.state === "duplicate" ? "asks" : item.state === "failed" ? "failed" : "";
    const says = row.querySelector<HTMLElement>(".says");
    if (says) says.textContent = item.says || (item.state === "hashing" ? "Reading" : item.state === "waiting" ? "Waits" : "");
    row.querySelector(".row-actions")?.replaceChildren(...this.#acts(item));
    return row;
  }

  #acts(item: Item): HTMLElement[] {
    const queue = this.#queue;
    if (!queue) return [];
    const name = item.found.file.name;
    const make = (label: string, act: () => void, primary = false) => {
      const press = button(label, primary ? "btn slim primary" : "btn slim", act);
      press.setAttribute("aria-label", `${label}: ${name}`);
      return press;
    };
    switch (item.state) {
      case "sending": return [make("Pause", () => queue.pause(item)), make("Leave out", () => queue.leave(item))];
      case "offline": return [make("Pause", () => queue.pause(item)), make("Leave out", () => queue.leave(item))];
      case "waiting": return [make("Leave out", () => queue.leave(item))];
      case "paused":
      case "failed": return [make("Resume", () => queue.resume(item), true), make("Leave out", () => queue.leave(item))];
      case "duplicate": return [make("Leave out", () => queue.leave(item), true), make("Add as a new version", () => queue.decide(item, "version")), make("Keep both", () => queue.decide(item, "keep"))];
      default: return [];
    }
  }

  /** All is in: the list is read again. What still asks for an answer stays on the screen. */
  #finish(queue: Queue): void {
    if (queue.busy || this.#reloading) return;
    if (queue.count("duplicate", "failed", "paused") > 0 || queue.count("done") === 0) return;
    this.#reloading = true;
    try {
      sessionStorage.setItem(ADDED, JSON.stringify({ at: location.pathname, count: queue.count("done") }));
    } catch {
      // the list itself shows what came
    }
    setTimeout(() => location.reload(), 600);
  }
}

customElements.define("upload-drop", UploadDrop);
