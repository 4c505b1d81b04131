// Streamlit forgets a picture's file while a page is redrawn: a browser that asks for it in that moment gets none, and,
// since the redrawn page names the same address, never asks again. Here it does, a few times.
const WAITS_MS = [200, 500, 1000, 2000, 4000];
const tries = new WeakMap();

const askAgain = (picture) => {
  const { address, n } = tries.get(picture) ?? {};
  const done = address === picture.src ? n : 0;
  if (done >= WAITS_MS.length) return;
  tries.set(picture, { address: picture.src, n: done + 1 });
  setTimeout(() => {
    if (picture.isConnected && picture.complete && !picture.naturalWidth) picture.src = picture.src;
  }, WAITS_MS[done]);
};

const isOurs = (element) => element instanceof HTMLImageElement && element.closest('[data-testid="stImage"]');

export default function () {
  if (document.body.dataset.lwArrive) return;
  document.body.dataset.lwArrive = "on";
  document.addEventListener("error", (event) => isOurs(event.target) && askAgain(event.target), true);
  [...document.images].filter((picture) => isOurs(picture) && picture.complete && !picture.naturalWidth).forEach(askAgain);
}
