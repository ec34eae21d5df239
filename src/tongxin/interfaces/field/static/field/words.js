// What the scripts say: every page carries its sentences, in the language of the page.
const carried = document.getElementById("words");
const sentences = carried ? JSON.parse(carried.textContent) : {};

export function say(name, facts = {}) {
  return (sentences[name] || "").replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? "");
}
