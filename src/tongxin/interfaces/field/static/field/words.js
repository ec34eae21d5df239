// What the scripts say: every page carries its sentences, in the language of the page.
const carried = document.getElementById("words");
const sentences = carried ? JSON.parse(carried.textContent) : {};

export function iconOf(name, kind = "") {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", `i ${kind}`);
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
  icon.append(use);
  return icon;
}

export function say(name, facts = {}) {
  return (sentences[name] || "").replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? "");
}
