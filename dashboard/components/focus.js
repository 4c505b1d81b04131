// Streamlit draws an opened popover at the end of the page and leaves the focus on its button: by keyboard it would be
// reached behind everything else. Here the focus goes in, and from its ends back to the button.
const BUTTON = '[data-testid="stPopoverButton"]', BODY = '[data-testid="stPopoverBody"]', PATIENCE_MS = 2000;
const FIELDS = "a[href], button:enabled, input:enabled, textarea:enabled, summary, [tabindex='0']";
let opener = null;

const enter = (until) => {
  const body = document.querySelector(BODY);
  if (body) {
    body.tabIndex = -1; // the words come before the first field, and a second Enter presses nothing
    body.focus();
  } else if (performance.now() < until) requestAnimationFrame(() => enter(until));
};

const listenToClick = (event) => {
  const button = event.target.closest?.(BUTTON);
  if (!button || event.detail > 0) return; // by mouse the focus stays where it is
  opener = button;
  if (button.ariaExpanded !== "true") enter(performance.now() + PATIENCE_MS);
};

const listenToKey = (event) => {
  const body = event.target.closest?.(BODY);
  if (!body || !opener?.isConnected) return;
  if (event.key === "Escape") opener.focus();
  if (event.key !== "Tab") return;
  const fields = [...body.querySelectorAll(FIELDS)].filter((field) => field.offsetParent && field.tabIndex >= 0);
  const isFirst = event.target === body || event.target === fields[0];
  if (event.shiftKey && isFirst) {
    opener.focus();
    event.preventDefault();
  } else if (!event.shiftKey && event.target === (fields.at(-1) ?? body)) opener.focus(); // and the browser goes on
};

export default function () {
  if (document.body.dataset.lwFocus) return;
  document.body.dataset.lwFocus = "on";
  document.addEventListener("click", listenToClick, true); // before Streamlit opens it
  document.addEventListener("keydown", listenToKey, true);
}
