// The line to the service. Messages are numbered without gaps (seq), so after any break the client asks for
// what comes after the last number it has; what the customer sends carries an id of its own and is kept in
// local storage until the service has confirmed it. Nothing is lost or doubled by a broken line.
const KEEP = "ting.chat";
const BACK_OFF_MS = [500, 1000, 2000, 4000, 8000, 15000];
const SOCKET_TRIES_BEFORE_POLLING = 2;
const POLL_MS = 2000;
const QUIET_MS = 25000;

export class Transport {
  constructor(base, { onMessages, onState, onConnection, onDelivery, onNewSession }) {
    this.base = base;
    this.on = { messages: onMessages, state: onState, connection: onConnection, delivery: onDelivery, newSession: onNewSession };
    const kept = load();
    this.token = kept.token || null;
    this.outbox = kept.outbox || [];
    this.last = 0;
    this.failures = 0;
    this.socket = null;
    this.closed = false;
  }

  pending() { return [...this.outbox]; }

  async start(language) {
    this.language = language;
    addEventListener("online", () => this.reconnectNow());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.reconnectNow(); });
    await this.connect();
  }

  async connect() {
    if (this.closed || this.connecting) return;
    this.connecting = true;
    try {
      if (!this.token) await this.openSession();
      await this.fetchNew();
      if (this.failures < SOCKET_TRIES_BEFORE_POLLING) this.openSocket();
      else this.poll();
    } catch (error) {
      this.retryLater();
    } finally {
      this.connecting = false;
    }
  }

  async openSession() {
    const answer = await fetch(`${this.base}/chat/sessions`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ language: this.language }),
    });
    if (!answer.ok) throw new Error(`session: ${answer.status}`);
    const session = await answer.json();
    this.token = session.token;
    this.last = 0;
    this.save();
    this.on.newSession();
  }

  async fetchNew() {
    let more = true;
    while (more) {
      const answer = await this.call(`/chat/messages?after=${this.last}&limit=100`);
      const page = await answer.json();
      this.take(page);
      more = page.messages.length === 100;
    }
    this.on.connection("up");
    await this.flush();
  }

  async call(path, options = {}) {
    const answer = await fetch(this.base + path, {
      ...options, headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
    });
    if (answer.status === 401) {
      this.token = null;
      this.save();
      await this.openSession();
      return this.call(path.replace(/after=\d+/, "after=0"), options);
    }
    if (answer.status >= 500) throw new Error(`service: ${answer.status}`);
    return answer;
  }

  openSocket() {
    const address = new URL(this.base || location.origin, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(new URL("/chat/ws", address));
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token: this.token, after: this.last }));
    socket.onmessage = (event) => {
      this.failures = 0;
      this.heard = Date.now();
      this.on.connection("up");
      this.hear(JSON.parse(event.data));
    };
    socket.onclose = () => {
      clearInterval(this.pinging);
      if (this.socket === socket) { this.socket = null; this.retryLater(); }
    };
    this.heard = Date.now();
    this.pinging = setInterval(() => {
      if (Date.now() - this.heard > 2 * QUIET_MS) socket.close();
      else if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}');
    }, QUIET_MS);
  }

  hear(frame) {
    if (frame.type === "messages") this.take(frame);
    else if (frame.type === "state") this.on.state(frame.state);
    else if (frame.type === "accepted") this.delivered(frame.client_id);
    else if (frame.type === "refused") this.refused(frame.client_id, frame.problem);
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
    const item = { client_id: newId(), text };
    this.outbox.push(item);
    this.save();
    this.flush();
    return item;
  }

  retry(client_id) {
    if (this.outbox.some((item) => item.client_id === client_id)) this.flush();
  }

  // One at a time and in order; each over HTTP, so that a refusal or a failure is known for certain.
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    try {
      while (this.outbox.length && this.token) {
        const item = this.outbox[0];
        this.on.delivery(item.client_id, "sending");
        const answer = await this.call("/chat/messages", { method: "POST", body: JSON.stringify(item) });
        if (answer.ok) this.delivered(item.client_id);
        else if (answer.status === 429) { await pause(1500); }
        else this.refused(item.client_id, await answer.json().catch(() => ({})));
      }
    } catch (error) {
      for (const item of this.outbox) this.on.delivery(item.client_id, "failed");
      this.retryLater();
    } finally {
      this.flushing = false;
    }
  }

  delivered(client_id) {
    this.drop(client_id);
    this.on.delivery(client_id, "sent");
  }

  refused(client_id, problem) {
    this.drop(client_id);
    this.on.delivery(client_id, "refused", problem);
  }

  drop(client_id) {
    this.outbox = this.outbox.filter((item) => item.client_id !== client_id);
    this.save();
  }

  poll() {
    clearTimeout(this.polling);
    this.polling = setTimeout(async () => {
      try {
        await this.fetchNew();
        this.polls = (this.polls || 0) + 1;
        if (this.polls % 15 === 0) { this.failures = 0; this.connect(); } else this.poll();
      } catch (error) { this.retryLater(); }
    }, POLL_MS);
  }

  retryLater() {
    if (this.closed) return;
    this.failures += 1;
    this.on.connection("down");
    const wait = BACK_OFF_MS[Math.min(this.failures, BACK_OFF_MS.length) - 1];
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  reconnectNow() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.waiting);
    this.failures = 0;
    this.connect();
  }

  save() {
    try { localStorage.setItem(KEEP, JSON.stringify({ token: this.token, outbox: this.outbox })); } catch (error) { /* private mode */ }
  }
}

function load() {
  try { return JSON.parse(localStorage.getItem(KEEP)) || {}; } catch (error) { return {}; }
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
