// What makes pages nicer where there is JavaScript: dropping a file, copying a link. Every page works without it.
(() => {
  "use strict";

  // A drop zone hands the file to its form, which posts itself; choosing a file does the same.
  for (const zone of document.querySelectorAll("[data-drop-zone]")) {
    const input = document.getElementById(zone.dataset.dropZone);
    if (!input) continue;
    const over = (on) => zone.classList.toggle("is-over", on);
    zone.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
    zone.addEventListener("dragleave", () => over(false));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (event.dataTransfer.files.length === 0) return;
      input.files = event.dataTransfer.files;
      input.form.requestSubmit();
    });
  }
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const input = document.getElementById(form.dataset.drop);
    const button = form.querySelector("button");
    const label = document.createElement("label");
    label.className = "btn";
    label.htmlFor = input.id;
    label.append(button.querySelector("svg"), input.dataset.label);
    button.hidden = true;
    input.classList.add("visually-hidden");
    input.after(label);
    input.addEventListener("change", () => { if (input.files.length) form.requestSubmit(); });
    form.addEventListener("submit", () => { label.setAttribute("aria-busy", "true"); form.classList.add("is-busy"); });
  }

  for (const button of document.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(button.dataset.copy).then(() => button.classList.add("is-done"));
    });
  }

  // An open menu closes by Escape and by a click elsewhere.
  const menus = () => document.querySelectorAll("details.who-menu[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
})();
