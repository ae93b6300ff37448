// What the customer has written and the service has not confirmed yet. Each message has a place of its own in the
// browser's storage, so that two windows of one customer cannot overwrite each other's.
import { keep } from "./dom.js";

const PREFIX = "ting.chat.out.";

export class Outbox {
  constructor() {
    this.items = keep.keys(PREFIX).map((key) => keep.read(key)).filter((item) => item && item.client_id)
      .sort((one, other) => one.at - other.at);
  }

  get first() { return this.items[0]; }

  add(item) {
    this.items.push(item);
    keep.write(PREFIX + item.client_id, item);
  }

  drop(client_id) {
    this.items = this.items.filter((item) => item.client_id !== client_id);
    keep.drop(PREFIX + client_id);
  }

  clear() { for (const item of [...this.items]) this.drop(item.client_id); }
}
