// Names offered while one types into a filter. The words go to the server in a body, and it answers with what the
// person may know; without script the form's own answer asks which one is meant.
import { el, post } from "./dom";

for (const input of document.querySelectorAll<HTMLInputElement>("input[data-suggests]")) {
  const kind = input.dataset["suggests"] ?? "";
  const list = el("datalist", { id: `${input.id}-names` });
  input.after(list);
  input.setAttribute("list", list.id);
  let wait = 0;
  let asked: AbortController | null = null;
  input.addEventListener("input", () => {
    clearTimeout(wait);
    const words = input.value.trim();
    if (words.length < 2) return list.replaceChildren();
    wait = window.setTimeout(async () => {
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await post("/palette", { q: words }, asked.signal);
        const hits: unknown = answer.ok ? await answer.json() : [];
        if (!Array.isArray(hits)) return;
        const names = hits.filter((hit) => hit?.kind === kind && typeof hit.title === "string").map((hit) => hit.title as string);
        list.replaceChildren(...[...new Set(names)].map((name) => el("option", { value: name })));
      } catch {
        // nothing is offered; the form finds it by the words
      }
    }, 150);
  });
}
