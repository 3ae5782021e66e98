// Tells the page's own server once that a person moved something here, so that a click counts as a person's.
(() => {
  "use strict";
  const kinds = ["pointermove", "pointerdown", "keydown", "touchstart", "wheel"];
  const via = new URLSearchParams(location.search).get("via") || "";
  const seen = () => {
    for (const kind of kinds) removeEventListener(kind, seen);
    navigator.sendBeacon(location.pathname.replace(/\/(thanks)?$/, "") + "/seen", via);
  };
  for (const kind of kinds) addEventListener(kind, seen, { passive: true });
})();
