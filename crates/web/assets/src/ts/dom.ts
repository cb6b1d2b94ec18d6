// Small helpers. Text goes in as text: nothing here, or anywhere, parses HTML.

type Child = Node | string | null | undefined;
type Attributes = Record<string, string | number | boolean>;

/** Makes an element with attributes and children. */
export function el<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== false) node.setAttribute(key, String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

/** A button that does something here. */
export function button(label: string, classes: string, act: () => void): HTMLButtonElement {
  const node = el("button", { type: "button", class: classes }, label);
  node.addEventListener("click", act);
  return node;
}

/** Says what was done at the head of the page, as the server says it there; a live region speaks of what changes in it. */
export function say(text: string): void {
  const said = el("p");
  const flash = el("div", { class: "flash good", role: "status" }, said);
  document.querySelector("main")?.prepend(flash);
  setTimeout(() => { said.textContent = text; }, 150);
}

/** The token that every request of a page carries. */
export function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

/** POSTs JSON to our own server. */
export function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf() },
    body: JSON.stringify(body),
  };
  if (signal) init.signal = signal;
  return fetch(path, init);
}

/** Whether a person is typing, so that single keys are theirs. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** "412 KB", as the server says it. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  let value = bytes;
  for (const unit of ["KB", "MB", "GB"]) {
    value /= 1000;
    if (value < 1000 || unit === "GB") return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  }
  return "";
}

export async function sha256(bytes: BufferSource): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
