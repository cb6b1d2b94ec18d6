// Warns before a session ends for want of activity. All tabs share one clock.
import { button, el, post } from "./dom";

const KEY = "strongroom:active";
const WARN_SECONDS = 300;

class SessionClock extends HTMLElement {
  #dialog: HTMLDialogElement | null = null;
  #left: HTMLElement | null = null;

  connectedCallback(): void {
    this.#touch();
    setInterval(() => this.#look(), 1000);
  }

  #touch(): void {
    try {
      localStorage.setItem(KEY, String(Date.now()));
    } catch {
      this.dataset["active"] = String(Date.now());
    }
  }

  #secondsLeft(): number {
    let active = Number(this.dataset["active"] ?? 0);
    try {
      active = Number(localStorage.getItem(KEY) ?? active);
    } catch {
      // private window: this tab's own clock
    }
    return Number(this.dataset["idleSeconds"] ?? 3600) - (Date.now() - active) / 1000;
  }

  #look(): void {
    const left = this.#secondsLeft();
    if (left <= 0) {
      // what is on the screen goes with the session
      document.body.replaceChildren();
      location.replace("/sign-in?ended=idle");
    } else if (left < WARN_SECONDS) {
      this.#warn(left);
    } else if (this.#dialog) {
      this.#dialog.remove();
      this.#dialog = null;
    }
  }

  #warn(left: number): void {
    const words = left > 90 ? `${Math.ceil(left / 60)} minutes` : `${Math.ceil(left)} seconds`;
    if (!this.#dialog) {
      this.#left = el("b", { class: "num" });
      const stay = button("Stay signed in", "btn primary", () => void this.#keep());
      this.#dialog = el("dialog", { "aria-labelledby": "clock-title" }, el("div", { class: "body" }, el("h2", { id: "clock-title" }, "Are you still there?"), el("p", {}, "You will be signed out in ", this.#left, ". What you have typed here is lost then."), el("div", { class: "row-actions" }, stay)));
      document.body.append(this.#dialog);
      this.#dialog.showModal();
    }
    if (this.#left) this.#left.textContent = words;
  }

  async #keep(): Promise<void> {
    const answer = await post("/session/keep", {}).catch(() => null);
    if (answer?.status === 401) location.replace("/sign-in?ended=idle");
    if (answer?.ok) this.#touch();
    this.#look();
  }
}

customElements.define("session-clock", SessionClock);
