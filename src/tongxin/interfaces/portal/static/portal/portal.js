// What a phone adds to the pages of the residents' door; every page works without it.
//   data-reads="main"   reads that part of the page aloud (the browser's own voice), data-stop stops it
//   data-mine           shows the matters this phone remembers

// ---- read aloud

function readAloud(button) {
  const voice = window.speechSynthesis;
  const words = button.querySelector("span");
  const start = words.textContent;
  button.hidden = false;
  const rest = () => (words.textContent = start);
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

if ("speechSynthesis" in window) document.querySelectorAll("[data-reads]").forEach(readAloud);

// ---- the matters this phone remembers: number, link and title, nowhere else

const MINE = "tongxin-mine";

export function mine() {
  try {
    return JSON.parse(localStorage.getItem(MINE)) ?? [];
  } catch {
    return [];
  }
}

export function remember(matter) {
  const others = mine().filter((each) => each.number !== matter.number);
  localStorage.setItem(MINE, JSON.stringify([matter, ...others].slice(0, 20)));
}

export function forget(number) {
  localStorage.setItem(MINE, JSON.stringify(mine().filter((each) => each.number !== number)));
}

const shown = document.querySelector("[data-mine]");
if (shown && mine().length) {
  const list = shown.querySelector(".tx-mine");
  for (const each of mine().slice(0, 5)) {
    const link = document.createElement("a");
    link.className = "tx-item";
    link.href = each.url;
    const [text, title, number] = ["span", "div", "div"].map((name) => document.createElement(name));
    [text.className, title.className, number.className] = ["grow", "ttl", "meta no"];
    [title.textContent, number.textContent] = [each.title, each.number];
    text.append(title, number);
    link.append(text);
    list.append(link);
  }
  shown.hidden = false;
}
