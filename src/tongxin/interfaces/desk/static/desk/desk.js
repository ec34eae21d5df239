// The desk's lists and acts, on top of keys.js and htmx: the first line is looked at at once, acts open in a dialog,
// numbers are copied. Everything here is a link or a form that also works without script.

// once htmx listens: it too waits for this event, and stands before us
document.addEventListener("DOMContentLoaded", () => {
  const first = document.querySelector("[data-list] [role=row][aria-selected=true]");
  const aside = document.getElementById("aside");
  if (first && aside?.offsetParent) first.dispatchEvent(new CustomEvent("peek", { bubbles: true }));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.target.closest("dialog");
  if (!dialog || dialog.id === "palette") return; // an answer that comes late must not open what was closed
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[data-focus], input:not([type=hidden]), textarea, select:not([data-inserts])")?.focus();
});

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  event.preventDefault();
  navigator.clipboard?.writeText(copy.dataset.copy).then(() => {
    copy.querySelector("[role=status]").textContent = copy.dataset.copied;
  });
});

// a form is sent once: a second click while it travels does nothing
document.addEventListener("submit", (event) => {
  const form = event.target;
  const method = event.submitter?.getAttribute("formmethod") ?? form.method;
  if (method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const button of document.querySelectorAll("[data-prints]")) button.addEventListener("click", () => print());

// what can be taken back is offered for a moment only
for (const offer of document.querySelectorAll("[data-goes]")) setTimeout(() => offer.remove(), offer.dataset.goes * 1000);

// a check-in may tell where it was made: measured against the matter, never kept
document.addEventListener("htmx:afterSwap", locates);
document.addEventListener("DOMContentLoaded", locates);
function locates() {
  for (const fields of document.querySelectorAll("[data-locates]:not([data-located])")) {
    fields.dataset.located = "";
    const [lon, lat] = fields.dataset.locates.split(" ").map((id) => document.getElementById(id));
    navigator.geolocation?.getCurrentPosition(({ coords }) => {
      if (lon.value || lat.value) return;
      lon.value = coords.longitude.toFixed(6);
      lat.value = coords.latitude.toFixed(6);
    });
  }
}
