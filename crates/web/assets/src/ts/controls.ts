// Copy, print, menus that close, boxes that can be filtered, the theme without a reload.
import { csrf, el } from "./dom";

class CopyButton extends HTMLElement {
  connectedCallback(): void {
    const source = document.getElementById(this.dataset["for"] ?? "");
    const press = this.querySelector("button");
    if (!source || !press || !navigator.clipboard) return;
    this.hidden = false;
    const label = press.textContent ?? "";
    press.addEventListener("click", async () => {
      const items = source.querySelectorAll("li");
      const text = items.length > 0 ? Array.from(items, (item) => item.textContent?.trim() ?? "").join("\n") : source.textContent ?? "";
      try {
        await navigator.clipboard.writeText(text);
        press.textContent = "Copied";
      } catch {
        press.textContent = "Not copied: select it by hand";
      }
      setTimeout(() => { press.textContent = label; }, 2500);
    });
  }
}

class PrintButton extends HTMLElement {
  connectedCallback(): void {
    this.hidden = false;
    this.querySelector("button")?.addEventListener("click", () => window.print());
  }
}

/** While others give their shares, looks again every few seconds; what is being typed is never lost. */
class SealProgress extends HTMLElement {
  connectedCallback(): void {
    setInterval(() => {
      const typed = Array.from(document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input:not([type=hidden]), textarea")).some((field) => field.value !== "");
      if (!typed && !document.hidden) location.reload();
    }, 8000);
  }
}

customElements.define("copy-button", CopyButton);
customElements.define("print-button", PrintButton);
customElements.define("seal-progress", SealProgress);

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!menu.contains(event.target as Node)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
    // one press closes one thing
    event.preventDefault();
  }
});
document.addEventListener("focusout", (event) => {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (event.relatedTarget instanceof Node && menu.contains(event.target as Node) && !menu.contains(event.relatedTarget)) menu.open = false;
  }
});

// what was done is said to those who listen too: a live region speaks of what changes in it after it is there
for (const said of document.querySelectorAll<HTMLElement>(".flash[role=status] > p")) {
  setTimeout(() => said.replaceWith(said.cloneNode(true)), 150);
}

// a download leaves the page as it is: what it said before is no longer so
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-download]")) {
  form.addEventListener("submit", () => {
    const said = document.querySelector(".flash > p") ?? form.appendChild(el("p", { class: "note", role: "status" }));
    said.textContent = form.dataset["download"] ?? "";
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-theme-switch]")) {
  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    if (!(pressed instanceof HTMLButtonElement)) return;
    event.preventDefault();
    const root = document.documentElement;
    if (pressed.value === "auto") delete root.dataset["theme"];
    else root.dataset["theme"] = pressed.value;
    for (const each of form.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === pressed));
    const body = new URLSearchParams({ csrf: csrf(), theme: pressed.value, back: location.pathname });
    try {
      await fetch(form.action, { method: "POST", credentials: "same-origin", redirect: "manual", body });
    } catch {
      form.submit();
    }
  });
}

for (const list of document.querySelectorAll<HTMLElement>(".choices[data-filterable]")) {
  const input = el("input", { type: "search", placeholder: "Type to narrow", "aria-label": `Narrow ${list.dataset["filterable"] ?? "the list"}`, autocomplete: "off" });
  const says = el("p", { class: "small quiet", role: "status" });
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = list.querySelectorAll<HTMLElement>(".choice");
    let shown = 0;
    for (const choice of all) {
      const text = choice.textContent?.toLowerCase() ?? "";
      choice.hidden = !words.every((word) => text.includes(word));
      if (!choice.hidden) shown += 1;
    }
    says.textContent = words.length > 0 ? `Showing ${shown} of ${all.length}` : "";
  });
  list.before(input, says);
}
