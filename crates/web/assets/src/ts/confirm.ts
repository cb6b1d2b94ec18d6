// Asks once more before what cannot be taken back. Without script the form's own words and reason stand alone.
import { button, el } from "./dom";

/** Asks in a dialog; true when the person goes on. */
export function ask(question: string, act: string, grave: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = el("dialog", { "aria-labelledby": "confirm-question" });
    const done = (answer: boolean) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const go = button(act, grave ? "btn wax solid" : "btn primary", () => done(true));
    dialog.append(el("div", { class: "body" }, el("h2", { id: "confirm-question" }, question), el("div", { class: "row-actions" }, button("Not now", "btn", () => done(false)), go)));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      done(false);
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("button")?.focus();
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset["confirm"] || form.dataset["confirmed"] === "yes") return;
  event.preventDefault();
  const pressed = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
  if (!(await ask(form.dataset["confirm"], pressed?.textContent?.trim() || "Go on", pressed?.classList.contains("wax") ?? true))) return;
  form.dataset["confirmed"] = "yes";
  form.requestSubmit(pressed);
});
