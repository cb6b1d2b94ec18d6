// The record beside its list. Opening and closing it keep the place in the list and take the focus along; Escape
// closes it. Where it lies over the list, nothing behind it takes the focus. Without script its links do the same.
import { typing } from "./dom";

const PLACE = "strongroom:place";
const drawer = document.querySelector<HTMLElement>(".workspace > .drawer");
const close = drawer?.querySelector<HTMLAnchorElement>("a.close");

interface Place {
  path: string;
  row: string;
  /** How far the row stood below the window's upper edge: rows above may be taller beside the drawer. */
  offset: number;
}

function keep(row: string): void {
  const offset = document.getElementById(row)?.getBoundingClientRect().top ?? 0;
  const place: Place = { path: location.pathname, row, offset };
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  } catch {
    // the page opens at its top
  }
}

function kept(): Place | null {
  try {
    const text = sessionStorage.getItem(PLACE);
    sessionStorage.removeItem(PLACE);
    const place = JSON.parse(text ?? "null") as Place | null;
    return place?.path === location.pathname ? place : null;
  } catch {
    return null;
  }
}

for (const link of document.querySelectorAll<HTMLAnchorElement>(".workspace a[data-full]")) {
  link.addEventListener("click", () => keep(link.closest("tr")?.id ?? ""));
}
close?.addEventListener("click", (event) => {
  keep(new URL(close.href).hash.slice(1));
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  // without the hash the page would jump to the row instead of staying where it was
  location.assign(close.href.replace(/#.*$/, ""));
});

const place = kept();
const row = place ? document.getElementById(place.row) : null;
if (place && row) {
  const put = (): void => scrollBy({ top: row.getBoundingClientRect().top - place.offset, behavior: "instant" });
  put();
  // what comes late (a font, another script's field above the list) moves the list: once more, until a person moves it
  const moved = new AbortController();
  for (const how of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(how, () => moved.abort(), { once: true, passive: true });
  const again = (): void => void (moved.signal.aborted || put());
  addEventListener("load", again, { once: true, signal: moved.signal });
  void document.fonts.ready.then(again);
  if (drawer) {
    drawer.tabIndex = -1;
    drawer.focus({ preventScroll: true });
  } else {
    row.querySelector<HTMLAnchorElement>("a.title")?.focus({ preventScroll: true });
  }
}

if (drawer && close) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || typing(event.target) || document.querySelector("dialog[open]")) return;
    close.click();
  });
  const over = matchMedia("(max-width: 72em)");
  const shut = (): void => {
    for (let node: HTMLElement = drawer; node.parentElement && node !== document.body; node = node.parentElement) {
      for (const other of node.parentElement.children) {
        if (other !== node && other instanceof HTMLElement) other.inert = over.matches;
      }
    }
  };
  over.addEventListener("change", shut);
  shut();
}
