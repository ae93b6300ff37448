// Small tools for the page: elements, icons, times, what the browser remembers for us.
export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...content.filter((each) => each !== undefined && each !== null));
  return made;
}

const SHAPES = {
  chat: ["M20 4H4a1 1 0 0 0-1 1v16l4.5-4H20a1 1 0 0 0 1-1V5a1 1 0 0 0-1-1z"],
  send: ["M21 3 10.5 13.5", "M21 3l-6.5 18-4-7.5L3 9.5z"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  down: ["M6 9.5l6 6 6-6"],
  clip: ["M20 11.5 12 19.4a5 5 0 0 1-7-7.1l8.4-8.3a3.4 3.4 0 0 1 4.8 4.8l-8.3 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5"],
  file: ["M14 3H6v18h12V7z", "M14 3v4h4", "M9 13h6", "M9 17h6"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4 21c.6-4 3.7-6 8-6s7.4 2 8 6"],
  up: ["M7 11v9H4v-9z", "M7 11l4-8c1.5 0 2.4 1.2 2 2.8L12.3 9H18a2 2 0 0 1 2 2.4l-1.3 7A2 2 0 0 1 16.7 20H7"],
  thumb: ["M17 13V4h3v9z", "M17 13l-4 8c-1.5 0-2.4-1.2-2-2.8l.7-3.2H6a2 2 0 0 1-2-2.4l1.3-7A2 2 0 0 1 7.3 4H17"],
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const shape of SHAPES[name]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

const locale = (language) => (language === "zh" ? "zh-CN" : "en-GB");

export function clockTime(moment, language) {
  return new Date(moment).toLocaleTimeString(locale(language), { hour: "2-digit", minute: "2-digit", hour12: false });
}

export function dayName(moment, language, words) {
  const day = new Date(moment);
  const away = Math.round((midnight(new Date()) - midnight(day)) / 86400000);
  if (away === 0) return words.today;
  if (away === 1) return words.yesterday;
  const year = day.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return day.toLocaleDateString(locale(language), { year, month: "long", day: "numeric", weekday: "long" });
}

// When people are back, by the bank's clock, as its hours are.
export function backAt({ back_at, zone }, language) {
  const day = new Date(back_at);
  const soon = day - new Date() < 6 * 86400000;
  const shown = soon ? { weekday: "long" } : { month: "long", day: "numeric" };
  const time = { hour: "2-digit", minute: "2-digit", hour12: false };
  return `${day.toLocaleDateString(locale(language), { ...shown, timeZone: zone })} ${day.toLocaleTimeString(locale(language), { ...time, timeZone: zone })}`;
}

export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

export const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// What the browser keeps for us. In a private window it may keep nothing: then the page does, while it is open.
const memory = new Map();
export const keep = {
  read(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch (error) { return memory.get(key) ?? null; }
  },
  write(key, value) {
    memory.set(key, value);
    try { localStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* private window */ }
  },
  drop(key) {
    memory.delete(key);
    try { localStorage.removeItem(key); } catch (error) { /* private window */ }
  },
  keys(prefix) {
    try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch (error) { /* private window */ }
    return [...memory.keys()].filter((key) => key.startsWith(prefix));
  },
};
