// Follows a launch while it is made: ticks its pieces, moves the bar, and puts the finished page in place.
(() => {
  "use strict";
  const SYMBOL = { ready: "check", rendering: "ring", waiting: "dot", failed: "stop" };
  const FIGURE = { ready: "done", rendering: "doing", waiting: "todo", failed: "failed" };
  let source = null;

  const mark = (panel, id, state) => {
    const figure = panel.querySelector(`[data-piece="${id}"]`);
    if (!figure || figure.dataset.state === state) return;
    figure.dataset.state = state;
    figure.classList.remove(...Object.values(FIGURE));
    figure.classList.add(FIGURE[state]);
    const use = figure.querySelector("figcaption use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${SYMBOL[state]}`));
    use.parentElement.classList.toggle("spin", state === "rendering");
    const word = figure.querySelector("[data-word]");
    word.textContent = panel.dataset[state] || "";
  };

  const show = (panel, seen) => {
    for (const [id, state] of Object.entries(seen.pieces)) mark(panel, id, state);
    for (const count of panel.querySelectorAll("[data-count]")) count.textContent = seen.ready.toLocaleString(document.documentElement.lang);
    for (const line of panel.querySelectorAll("[data-language]")) {
      const mine = line.querySelectorAll("[data-piece]");
      const ready = [...mine].filter((figure) => figure.dataset.state === "ready").length;
      const said = line.querySelector("[data-of]");
      if (said) said.textContent = ready.toLocaleString(document.documentElement.lang);
    }
    const bar = panel.querySelector("[role=progressbar]");
    if (bar) {
      bar.setAttribute("aria-valuenow", seen.ready);
      bar.querySelector("rect").setAttribute("width", seen.ready);
    }
  };

  const follow = () => {
    const panel = document.querySelector("[data-events]");
    if (!panel || panel.dataset.followed) return;
    panel.dataset.followed = "1";
    source = new EventSource(panel.dataset.events);
    source.addEventListener("progress", (event) => {
      const seen = JSON.parse(event.data);
      show(panel, seen);
      if (!seen.settled) return;
      source.close();
      window.htmx.ajax("GET", panel.dataset.done, { target: "#launch-panel", swap: "outerHTML" });
    });
  };

  // What was swapped in has its copy buttons still asleep; those of the first page are throughline.js's.
  const wake = () => {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("button[data-copy][hidden]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        navigator.clipboard.writeText(button.dataset.copy).then(() => button.classList.add("is-done"));
      });
    }
  };

  document.addEventListener("DOMContentLoaded", follow);
  document.addEventListener("htmx:afterSettle", wake);
  document.addEventListener("htmx:afterSettle", follow);
  document.addEventListener("htmx:afterSwap", follow);
})();
