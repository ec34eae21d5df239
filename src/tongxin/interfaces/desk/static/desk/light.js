// What makes the lists and forms of the desk quick, on top of keys.js: ticking a range, saying how many are ticked,
// going on to the next row after an act, and putting standard texts where one writes. Without script all of it is longer,
// none of it is missing.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const boxes = (form) => all(`[data-list] input[type=checkbox][name=number][form="${CSS.escape(form)}"]`);

// ---- ticks

let last = null; // the box that was ticked or cleared before, where a range begins

function tell() {
  for (const bar of all("[data-many]")) {
    const ticked = boxes(bar.dataset.many).filter((box) => box.checked).length;
    const said = bar.querySelector("[data-said]");
    bar.classList.toggle("idle", ticked === 0);
    said.textContent = ticked ? said.dataset.said.replace("{n}", ticked) : "";
  }
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-list] input[type=checkbox][name=number]");
  if (box) {
    const row = boxes(box.getAttribute("form"));
    const [from, to] = [row.indexOf(last), row.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const each of row.slice(from, to + 1)) each.checked = box.checked;
    last = box;
    tell();
    return;
  }
  const row = event.target.closest("[data-list] [role=row]");
  const own = row?.querySelector("input[type=checkbox][name=number]");
  if (own && (event.ctrlKey || event.metaKey) && !event.target.closest("a, button")) {
    event.preventDefault();
    event.stopPropagation();
    own.click();
  }
}, true);
document.addEventListener("change", tell);
addEventListener("pageshow", tell);

// ---- on to the next row

function goOn(form) {
  const next = form.querySelector("input[name=next]");
  const row = document.querySelector("[data-list] [role=row][aria-selected=true]");
  if (!next?.value || !row || !form.closest("#aside, #act")) return;
  const following = row.nextElementSibling?.matches("[role=row]") ? row.nextElementSibling : row.previousElementSibling;
  if (!following?.id.startsWith("r-")) return;
  const address = new URL(next.value, location.href);
  if (address.pathname !== location.pathname) return;
  address.searchParams.set("at", following.id.slice(2));
  next.value = address.pathname + address.search;
}

document.addEventListener("submit", (event) => goOn(event.target), true);

const chosen = document.querySelector("[data-list] [role=row][aria-selected=true]");
if (chosen?.previousElementSibling?.id) chosen.scrollIntoView({ block: "center" });

// ---- standard texts

let written = null; // the area somebody wrote in last

document.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea")) written = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest(".tx-ready button");
  if (!button) return;
  event.preventDefault();
  const choice = button.closest(".tx-ready").querySelector("select");
  const text = choice.selectedOptions[0]?.dataset.text;
  const form = button.closest("form");
  const into = written && form.contains(written) ? written : form.querySelector(`#${CSS.escape(choice.dataset.inserts)}`);
  if (!text || !into) return choice.focus();
  const before = into.value.slice(0, into.selectionStart);
  const glue = before && !/[\s\n]$/.test(before) ? "\n" : "";
  into.setRangeText(glue + text, into.selectionStart, into.selectionEnd, "end");
  into.dispatchEvent(new Event("input", { bubbles: true }));
  into.focus();
});

tell();
