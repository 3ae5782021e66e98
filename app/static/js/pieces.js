// A piece that is being made stands as quiet paper; once its picture is there the lines under it go.
(() => {
  "use strict";
  const made = (image) => image.classList.add("is-made");
  const watch = () => {
    for (const image of document.querySelectorAll("img.piece:not(.is-made)")) {
      if (image.complete && image.naturalWidth) made(image);
      else image.addEventListener("load", () => made(image), { once: true });
    }
  };
  watch();
  document.addEventListener("htmx:afterSettle", watch);
})();
