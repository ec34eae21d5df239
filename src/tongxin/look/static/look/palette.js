// The palette (Ctrl+K): a field, and what answers to it, walked by arrows. Its answers come from the server, which knows
// what the reader may see; beside them stand the acts of this very page, by their buttons' words or keys.

const dialog = document.getElementById("palette");
const field = dialog?.querySelector("input");
const list = dialog?.querySelector(".list");
const here = document.getElementById("found-here");
const found = document.getElementById("found");
const said = document.getElementById("found-said");
const FEW = 6;

const options = () => [...list.querySelectorAll("[role=option]")];
const current = () => list.querySelector("[role=option][aria-selected=true]");

function choose(option) {
  current()?.setAttribute("aria-selected", "false");
  if (!option) return field.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

function move(step) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(current()) + step + all.length) % all.length]);
}

// what can be pressed on this page, outside dialogs: acts carry their keys
function pressable() {
  const asked = field.value.trim().toLowerCase();
  const buttons = [...document.querySelectorAll("[data-key]")].filter((each) => each.offsetParent && !each.closest("dialog"));
  return buttons.filter((each) => !asked || each.dataset.key === asked || each.textContent.toLowerCase().includes(asked)).slice(0, FEW);
}

function offerThisPage() {
  const title = Object.assign(document.createElement("p"), { className: "grp", textContent: here.dataset.title });
  title.setAttribute("role", "presentation");
  const rows = pressable().map((button, nth) => {
    const row = Object.assign(document.createElement("div"), { id: `found-here-${nth}`, tabIndex: -1 });
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.append(...[...button.childNodes].map((node) => node.cloneNode(true)));
    row.addEventListener("click", () => {
      dialog.close();
      button.focus();
      button.click();
    });
    return row;
  });
  here.hidden = rows.length === 0;
  here.replaceChildren(title, ...rows);
}

function settle() {
  choose(options()[0]);
  said.textContent = said.dataset.said.replace("{n}", options().length);
}

function open() {
  if (!dialog.open) dialog.showModal();
  field.select();
  offerThisPage();
  settle();
  field.dispatchEvent(new Event("find"));
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens=palette]")) open();
    if (event.target === dialog) dialog.close();
  });
  field.addEventListener("input", () => {
    offerThisPage();
    settle();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.ctrlKey && current()) {
      event.preventDefault();
      current().click();
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      dialog.close();
    }
  });
  found.addEventListener("htmx:afterSwap", settle);
}
