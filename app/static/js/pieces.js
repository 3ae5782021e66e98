// A piece that is being made stands as quiet paper; once its picture is there the lines under it go.
(() => {
  "use strict";
  const made = (image) => image.classList.add("is-made");
  for (const image of document.querySelectorAll("img.piece")) {
    if (image.complete && image.naturalWidth) made(image);
    else image.addEventListener("load", () => made(image), { once: true });
  }
})();
