// What waits on the phone: an IndexedDB store of items, in the order in which they were done, photos with them.
// An item: {n, key, group, person, kind, fields, photo, at, title, state, said, changes, seen, number}.
// state: waiting · refused · conflict. What was accepted is gone.
const NAME = "tongxin-field";
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
let opened;

function open() {
  opened ||= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      const items = asked.result.createObjectStore("items", { keyPath: "n", autoIncrement: true });
      items.createIndex("key", "key", { unique: true });
      items.createIndex("group", "group");
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opened = null; };
      done(asked.result);
    };
    asked.onerror = () => { opened = null; failed(asked.error); };
  });
  return opened;
}

async function within(mode, work) {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction("items", mode);
    const asked = work(transaction.objectStore("items"));
    transaction.oncomplete = () => done(asked && "result" in asked ? asked.result : undefined);
    transaction.onabort = transaction.onerror = () => failed(transaction.error);
  });
}

// A ULID: the time in milliseconds, then 80 random bits. Source: github.com/ulid/spec
export function newKey(now = Date.now()) {
  let time = "";
  for (let rest = now, place = 0; place < 10; place++, rest = Math.floor(rest / 32)) time = LETTERS[rest % 32] + time;
  return time + Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => LETTERS[each & 31]).join("");
}

// Keep all items of one deed or none of them.
export function add(items) {
  return within("readwrite", (store) => { for (const each of items) store.add({ state: "waiting", ...each }); });
}

export function all() {
  return within("readonly", (store) => store.getAll());
}

export function change(item, news) {
  return within("readwrite", (store) => store.put({ ...item, ...news }));
}

export function remove(item) {
  return within("readwrite", (store) => store.delete(item.n));
}

export async function dropGroup(group) {
  const found = (await all()).filter((each) => each.group === group);
  return within("readwrite", (store) => { for (const each of found) store.delete(each.n); });
}

// Let what was refused or changed meanwhile be sent again; `seen` says that the changes were looked at.
export async function again(group) {
  const found = (await all()).filter((each) => each.group === group && each.state !== "waiting");
  return within("readwrite", (store) => {
    for (const each of found) {
      const fields = each.seen ? { ...each.fields, seen: each.seen } : each.fields;
      store.put({ ...each, fields, state: "waiting", said: "", changes: null, seen: null });
    }
  });
}
