// The line to the service. Messages are numbered without gaps (seq), so after any break the client asks for what
// comes after the last number it has; what the customer sends carries an id of its own and is kept until the
// service has confirmed it. Nothing is lost or doubled by a broken line.
import { keep, newId } from "./dom.js";
import { Outbox } from "./outbox.js";

const TOKEN = "ting.chat.token";
const BACK_OFF_MS = [500, 1000, 2000, 4000, 8000, 15000, 30000];
const SOCKETS_BEFORE_POLLING = 2;
const POLL_MS = 2000;
const POLLS_BEFORE_SOCKET = 30;
const PING_MS = 20000;
const PONG_MS = 10000;
const PAGE = 100;
const FORBIDDEN_SOCKET = 4403;
const TOO_MUCH = 4429;
const TOO_MUCH_MS = 15000;

export class Refused extends Error {
  constructor(problem) { super(problem.title || "refused"); this.problem = problem; }
}

export class Transport {
  // on: messages(list), state(state), connection("up" | "down" | "refused"), delivery(id, what, facts), newSession()
  constructor(base, on, siteToken) {
    this.base = base;
    this.on = on;
    this.siteToken = siteToken;
    this.token = keep.read(TOKEN);
    this.outbox = new Outbox();
    this.last = 0;
    this.failures = 0;
    this.deadSockets = 0;
    this.polls = 0;
    this.socket = null;
  }

  get known() { return Boolean(this.token); }

  // May this page hold the chat, and are people there? A plain request, so that a refusal can be read.
  async admit() {
    const answer = await fetch(`${this.base}/chat/people`).catch(() => null);
    if (!answer) return null;
    if (answer.status === 403) { this.giveUp(await problemOf(answer)); return null; }
    return answer.ok ? answer.json() : null;
  }

  async start(language) {
    this.language = language;
    if (this.started) return;
    this.started = true;
    addEventListener("online", () => this.reconnectNow());
    addEventListener("offline", () => this.on.connection("down"));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wakeUp(); });
    await this.connect();
  }

  async connect() {
    if (this.connecting || this.stopped) return;
    this.connecting = true;
    clearTimeout(this.waiting);
    clearTimeout(this.polling);
    try {
      if (!this.token) await this.openSession();
      else if (!this.introduced) await this.introduce();
      await this.fetchNew();
      this.failures = 0;
      if (this.deadSockets < SOCKETS_BEFORE_POLLING) this.openSocket();
      else this.poll();
    } catch (error) {
      if (error instanceof Refused) this.giveUp(error.problem); else this.retryLater();
    } finally {
      this.connecting = false;
    }
  }

  async openSession() {
    const site_token = await this.siteToken();
    const body = { language: this.language, ...(site_token ? { site_token } : {}) };
    let answer = await this.post("/chat/sessions", body);
    if (answer.status === 401 && site_token) {
      console.warn("Ting: the site's token was refused; the visitor is anonymous", await answer.json());
      answer = await this.post("/chat/sessions", { language: this.language });
    }
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) throw new Refused(await problemOf(answer));
    if (!answer.ok) throw new Error(`session: ${answer.status}`);
    this.introduced = true;
    this.adopt((await answer.json()).token);
  }

  // The site may know who its visitor is by now; somebody else's conversation is not continued.
  async introduce() {
    this.introduced = true;
    const site_token = await this.siteToken();
    if (!site_token) return;
    const answer = await this.call("/chat/identity", { method: "POST", body: JSON.stringify({ site_token }) });
    if (answer.status === 409) this.forget();
    if (answer.status === 409) await this.openSession();
  }

  adopt(token) {
    this.token = token;
    this.last = 0;
    keep.write(TOKEN, token);
    this.on.newSession();
  }

  forget() {
    this.token = null;
    this.last = 0;
    keep.drop(TOKEN);
    this.outbox.clear();
    this.on.newSession();
  }

  async fetchNew() {
    let more = true;
    while (more) {
      const answer = await this.call(`/chat/messages?after=${this.last}&limit=${PAGE}`);
      if (!answer.ok) throw new Error(`messages: ${answer.status}`);
      const page = await answer.json();
      this.take(page);
      more = page.messages.length === PAGE;
    }
    this.on.connection("up");
    this.flush();
  }

  post(path, body) {
    return fetch(this.base + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  }

  async call(path, options = {}) {
    const headers = { Authorization: `Bearer ${this.token}`, ...(options.body ? { "Content-Type": "application/json" } : {}), ...options.headers };
    const answer = await fetch(this.base + path, { ...options, headers });
    if (answer.status === 401) {
      const other = keep.read(TOKEN);  // another window of ours may have opened a new session already
      if (other && other !== this.token) this.adopt(other); else await this.openSession();
      return this.call(path.replace(/after=\d+/, "after=0"), options);
    }
    if (answer.status === 403) throw new Refused(await problemOf(answer));
    if (answer.status >= 500) throw new Error(`service: ${answer.status}`);
    return answer;
  }

  openSocket() {
    if (this.socket) return;
    const address = new URL("/chat/ws", this.base || location.origin);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    let heard = false;
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token: this.token, after: this.last }));
    socket.onmessage = (event) => {
      heard = true;
      this.deadSockets = 0;
      this.heardAt = Date.now();
      this.on.connection("up");
      this.hear(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.hangUp();
      if (event.code === FORBIDDEN_SOCKET) return;
      if (!heard) this.deadSockets += 1;
      if (event.code === TOO_MUCH) this.again(TOO_MUCH_MS); else this.reconnectSoon();
    };
    this.pinging = setInterval(() => this.ping(), PING_MS);
  }

  hangUp() {
    const socket = this.socket;
    this.socket = null;
    clearInterval(this.pinging);
    clearTimeout(this.ponging);
    if (socket) socket.close();
  }

  // A line may look open while nobody is at its other end.
  ping() {
    const socket = this.socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    const asked = Date.now();
    socket.send('{"type":"ping"}');
    clearTimeout(this.ponging);
    this.ponging = setTimeout(() => {
      if (this.socket === socket && (this.heardAt || 0) < asked) { this.hangUp(); this.connect(); }
    }, PONG_MS);
  }

  hear(frame) {
    if (frame.type === "messages") this.take(frame);
    else if (frame.type === "refused" && frame.problem.status === 401) { this.hangUp(); this.reconnectSoon(); }
  }

  take({ messages, state }) {
    const fresh = messages.filter((message) => message.seq > this.last);
    for (const message of fresh) {
      this.last = message.seq;
      if (message.client_id) this.delivered(message.client_id);
    }
    if (fresh.length) this.on.messages(fresh);
    if (state) this.on.state(state);
  }

  send(text) {
    const item = { client_id: newId(), text, at: Date.now() };
    this.outbox.add(item);
    this.flush();
    return item;
  }

  retry() { this.reconnectNow(); this.flush(); }

  // One at a time and in order; each over HTTP, so that a refusal or a failure is known for certain.
  async flush() {
    if (this.flushing || !this.token) return;
    this.flushing = true;
    try {
      while (this.outbox.first) {
        await this.before;  // a wish that the answer is to follow
        const { client_id, text } = this.outbox.first;
        this.on.delivery(client_id, "sending");
        const answer = await this.call("/chat/messages", { method: "POST", body: JSON.stringify({ client_id, text }) });
        if (answer.ok) this.delivered(client_id);
        else if (answer.status === 429) await pause(1000 * (Number(answer.headers.get("Retry-After")) || 1));
        else this.refused(client_id, await problemOf(answer));
      }
    } catch (error) {
      for (const item of this.outbox.items) this.on.delivery(item.client_id, "failed");
      if (!this.connecting) this.reconnectSoon();
    } finally {
      this.flushing = false;
    }
  }

  delivered(client_id) {
    this.outbox.drop(client_id);
    this.on.delivery(client_id, "sent");
  }

  refused(client_id, problem) {
    this.outbox.drop(client_id);
    this.on.delivery(client_id, "refused", problem);
  }

  // Typing, and how far the customer has read. A lost sign loses nothing.
  sign(signs) {
    if (!this.token) return;
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type: "signs", ...signs }));
    else this.call("/chat/signs", { method: "POST", body: JSON.stringify(signs) }).catch(() => {});
  }

  poll() {
    clearTimeout(this.polling);
    this.polling = setTimeout(async () => {
      try {
        await this.fetchNew();
        this.polls += 1;
        if (this.polls % POLLS_BEFORE_SOCKET === 0) this.openSocket();
        this.poll();
      } catch (error) { this.retryLater(); }
    }, POLL_MS);
  }

  retryLater() {
    this.failures += 1;
    this.on.connection("down");
    this.again(BACK_OFF_MS[Math.min(this.failures, BACK_OFF_MS.length) - 1]);
  }

  reconnectSoon() { this.again(BACK_OFF_MS[0] / 2); }

  // Not all at the same moment: a service that comes back must not be overrun.
  again(wait) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  reconnectNow() {
    this.failures = 0;
    this.deadSockets = 0;
    if (!this.socket) this.connect();
  }

  wakeUp() { if (this.socket) this.ping(); else this.reconnectNow(); }

  giveUp(problem) {
    this.stopped = true;
    console.error(`Ting: ${problem.title} (${problem.type}). ${problem.detail || ""}`);
    this.on.connection("refused");
  }
}

export async function problemOf(answer) {
  try { return await answer.json(); } catch (error) { return { status: answer.status, title: "" }; }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
