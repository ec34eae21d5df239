// What a phone adds to the pages of the residents' door; every page works without it.
//   data-script          there only where scripts run; data-plain only where they do not
//   data-reads="main"    reads that part of the page aloud (the browser's own voice); data-stop: its words while it does
//   data-copies="text"   copies it; data-said: what it says then
//   data-prints          opens the browser's print dialog
//   data-sent            a report has arrived: its draft is forgotten
//   data-go="address"    leads there when clicked: a short cut to a link that stands beside it

const all = (selector) => document.querySelectorAll(selector);

for (const each of all("[data-script]")) each.hidden = false;
for (const each of all("[data-plain]")) each.hidden = true;
if (document.querySelector("[data-sent]")) localStorage.removeItem("tongxin-draft");

function readAloud(button) {
  const voice = window.speechSynthesis;
  const words = button.querySelector("span");
  const start = words.textContent;
  const rest = () => (words.textContent = start);
  button.hidden = false;
  button.addEventListener("click", () => {
    if (voice.speaking) {
      voice.cancel();
      rest();
      return;
    }
    const said = new SpeechSynthesisUtterance(document.querySelector(button.dataset.reads).innerText);
    said.lang = document.documentElement.lang;
    said.rate = 0.9;
    said.onend = said.onerror = rest;
    words.textContent = button.dataset.stop;
    voice.speak(said);
  });
  addEventListener("pagehide", () => voice.cancel());
}

if ("speechSynthesis" in window) all("[data-reads]").forEach(readAloud);

document.addEventListener("click", async (event) => {
  const target = event.target.closest("[data-copies], [data-prints], [data-go]");
  if (!target) return;
  if (target.dataset.go) location.assign(target.dataset.go);
  else if ("prints" in target.dataset) print();
  else {
    await navigator.clipboard.writeText(target.dataset.copies);
    target.querySelector("span").textContent = target.dataset.said;
  }
});
