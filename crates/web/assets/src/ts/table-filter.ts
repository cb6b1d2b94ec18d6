// A table that filters as one types, sorts by its heads and is walked with j, k and Enter.
import { el, typing } from "./dom";

type Sort = "text" | "number" | "time";

class TableFilter extends HTMLElement {
  #rows: HTMLTableRowElement[] = [];
  #body: HTMLTableSectionElement | null = null;
  #at = -1;
  #count: HTMLElement | null = null;

  connectedCallback(): void {
    this.#body = this.querySelector("tbody");
    this.#rows = Array.from(this.#body?.rows ?? []);
    if (this.dataset["plain"] !== "true") {
      this.#addFilter();
      this.#addSorting();
    }
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #addFilter(): void {
    if (this.#rows.length < 4) return;
    const label = this.dataset["label"] ?? "Filter";
    const input = el("input", { type: "search", placeholder: label, "aria-label": label, autocomplete: "off", "data-filter": true });
    this.#count = el("span", { class: "small quiet num", role: "status" });
    input.addEventListener("input", () => this.#filter(input.value));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && input.value) this.#rows.find((row) => !row.hidden)?.querySelector<HTMLAnchorElement>("a.title")?.click();
      if (event.key === "Escape") input.blur();
    });
    this.prepend(el("div", { class: "filter-row" }, input, this.#count));
  }

  #filter(typed: string): void {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of this.#rows) {
      const text = (row.textContent ?? "").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    const where = this.dataset["endless"] === "true" ? " on this page" : "";
    if (this.#count) this.#count.textContent = words.length === 0 ? "" : `${shown} of ${this.#rows.length}${where}`;
    this.#point(-1);
  }

  #addSorting(): void {
    for (const head of this.querySelectorAll<HTMLTableCellElement>("th[data-sort]")) {
      const press = el("button", { type: "button", class: "sort" }, head.textContent?.trim() ?? "");
      press.addEventListener("click", () => this.#sort(head));
      head.replaceChildren(press);
    }
  }

  #sort(head: HTMLTableCellElement): void {
    const kind = head.dataset["sort"] as Sort;
    const down = head.getAttribute("aria-sort") === "ascending" || (head.getAttribute("aria-sort") === null && kind !== "text");
    for (const other of this.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const collator = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });
    const value = (row: HTMLTableRowElement): string => {
      const cell = row.cells[head.cellIndex];
      if (!cell) return "";
      if (kind === "time") return cell.querySelector("time")?.dateTime ?? "";
      return cell.dataset["value"] ?? (cell.querySelector(".title") ?? cell).textContent?.trim() ?? "";
    };
    const order = down ? -1 : 1;
    this.#rows.sort((a, b) => order * (kind === "number" ? Number(value(a)) - Number(value(b)) : collator.compare(value(a), value(b))));
    this.#body?.append(...this.#rows);
  }

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const first = document.querySelector("table-filter") === this;
    if (!first) return;
    if (event.key === "/") {
      const input = this.querySelector<HTMLInputElement>("[data-filter]");
      if (input) {
        event.preventDefault();
        input.focus();
      }
    } else if (event.key === "j" || event.key === "k") {
      const shown = this.#rows.filter((row) => !row.hidden);
      this.#point(Math.max(0, Math.min(shown.length - 1, this.#at + (event.key === "j" ? 1 : -1))));
    }
  }

  #point(index: number): void {
    for (const row of this.querySelectorAll("tr.cursor")) row.classList.remove("cursor");
    this.#at = index;
    const row = this.#rows.filter((each) => !each.hidden)[index];
    if (!row) return;
    row.classList.add("cursor");
    row.scrollIntoView({ block: "nearest" });
    // focus lies on the row's own link, so that Enter opens it and a reader says it
    row.querySelector<HTMLAnchorElement>("a.title")?.focus({ preventScroll: true });
  }
}

customElements.define("table-filter", TableFilter);

// a second press on the open record shows it in full
for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-full]")) {
  link.addEventListener("dblclick", () => location.assign(link.dataset["full"] ?? link.href));
}
