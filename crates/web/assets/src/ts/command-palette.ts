// Ctrl-K: jump to a client, matter, record, person or action. The server answers only with what the person
// may know, and only with one client's things while that client is being presented.
import { el, post } from "./dom";

interface Hit {
  kind: string;
  title: string;
  subtitle?: string;
  href: string;
  /** Something that is done by a form of this page, not an address. */
  form?: HTMLFormElement;
}

const RECENT = 8;

function isHit(value: unknown): value is Hit {
  if (typeof value !== "object" || value === null) return false;
  const hit = value as Record<string, unknown>;
  return typeof hit["kind"] === "string" && typeof hit["title"] === "string" && typeof hit["href"] === "string" && hit["href"].startsWith("/");
}

class CommandPalette extends HTMLElement {
  #dialog: HTMLDialogElement | null = null;
  #input = el("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": "Find a client, matter, record, person or action", placeholder: "Find a client, matter, record or action", autocomplete: "off", spellcheck: "false" });
  #list = el("ul", { id: "palette-list", role: "listbox", "aria-label": "Found" });
  #status = el("p", { class: "status", role: "status" });
  #hits: Hit[] = [];
  #at = 0;
  #asked: AbortController | null = null;
  #wait = 0;

  connectedCallback(): void {
    const link = this.querySelector("a");
    if (!link) return;
    const press = el("button", { type: "button", class: "find", "aria-keyshortcuts": "Control+K Meta+K" }, ...Array.from(link.childNodes));
    press.append(el("kbd", { "aria-hidden": "true" }, /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ K" : "Ctrl K"));
    press.addEventListener("click", () => this.#open());
    link.replaceWith(press);
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        this.#open();
      }
    });
  }

  /** Recent jumps of one presentation stay in it: the store's name holds whose it is. */
  get #store(): string {
    return `strongroom:recent:${this.dataset["scope"] ?? ""}`;
  }

  #recent(): Hit[] {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(this.#store) ?? "[]");
      return Array.isArray(kept) ? kept.filter(isHit) : [];
    } catch {
      return [];
    }
  }

  /** What the forms of this page can do wherever one is: sign out, present, stop presenting. */
  #done(words: string): Hit[] {
    const wanted = words.toLowerCase().split(/\s+/);
    const labels: [string, string][] = [["/sign-out", "Sign out"], ["/present", "Present this client"], ["/present/stop", "Stop presenting"]];
    return labels.flatMap(([action, title]) => {
      const form = document.querySelector<HTMLFormElement>(`form[action="${action}"]`);
      return form && wanted.every((word) => title.toLowerCase().includes(word)) ? [{ kind: "action", title, href: action, form }] : [];
    });
  }

  #open(): void {
    if (this.#dialog?.open) return;
    if (!this.#dialog) {
      this.#dialog = el("dialog", { class: "palette", "aria-label": "Find" }, this.#input, this.#list, this.#status);
      this.#input.addEventListener("input", () => this.#typed());
      this.#input.addEventListener("keydown", (event) => this.#key(event));
      this.#dialog.addEventListener("click", (event) => {
        if (event.target === this.#dialog) this.#dialog?.close();
      });
      document.body.append(this.#dialog);
    }
    this.#input.value = "";
    this.#show(this.#recent(), "");
    this.#status.textContent = this.#hits.length > 0 ? "Where you went lately. Type to find more." : "Type a name or a reference.";
    this.#dialog.showModal();
    this.#input.focus();
  }

  #typed(): void {
    clearTimeout(this.#wait);
    const words = this.#input.value.trim();
    if (words === "") return this.#show(this.#recent(), "Where you went lately. Type to find more.");
    this.#wait = window.setTimeout(() => void this.#ask(words), 90);
  }

  async #ask(words: string): Promise<void> {
    this.#asked?.abort();
    this.#asked = new AbortController();
    try {
      const answer = await post("/palette", { q: words }, this.#asked.signal);
      if (!answer.ok) throw new Error(String(answer.status));
      const found: unknown = await answer.json();
      const hits = Array.isArray(found) ? found.filter(isHit) : [];
      hits.unshift(...this.#done(words));
      const recent = new Set(this.#recent().map((hit) => hit.href));
      hits.sort((a, b) => Number(recent.has(b.href)) - Number(recent.has(a.href)));
      this.#show(hits, hits.length === 0 ? "Nothing that you may open has that in its name." : `${hits.length} found`);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.#show([], "The search did not answer. Try again.");
    }
  }

  #show(hits: Hit[], says: string): void {
    this.#hits = hits;
    this.#status.textContent = says;
    this.#list.replaceChildren(...hits.map((hit, index) => {
      const item = el("li", { role: "option", id: `palette-${index}` }, el("span", { class: "what" }, hit.kind), el("b", {}, hit.title), hit.subtitle ? el("small", {}, hit.subtitle) : null);
      item.addEventListener("click", () => this.#go(hit));
      item.addEventListener("pointermove", () => this.#select(index));
      return item;
    }));
    this.#select(0);
  }

  #select(index: number): void {
    this.#at = index;
    Array.from(this.#list.children).forEach((item, each) => item.setAttribute("aria-selected", String(each === index)));
    const chosen = this.#list.children[index];
    if (chosen) this.#input.setAttribute("aria-activedescendant", chosen.id);
    else this.#input.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  #key(event: KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && this.#hits.length > 0) {
      event.preventDefault();
      this.#select((this.#at + step + this.#hits.length) % this.#hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const hit = this.#hits[this.#at];
      if (hit) this.#go(hit);
    }
  }

  #go(hit: Hit): void {
    if (hit.form) return hit.form.requestSubmit();
    const kept = [hit, ...this.#recent().filter((each) => each.href !== hit.href)].slice(0, RECENT);
    try {
      sessionStorage.setItem(this.#store, JSON.stringify(kept));
    } catch {
      // nothing is lost but the order of the next list
    }
    location.assign(hit.href);
  }
}

customElements.define("command-palette", CommandPalette);

// signing out, and beginning or ending a presentation, forgets where one went
document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && /\/(sign-out|present)/.test(event.target.getAttribute("action") ?? "")) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("strongroom:recent:")) sessionStorage.removeItem(key);
  }
});
