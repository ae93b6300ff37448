// A list to choose from while the focus stays in a text field: arrows, Enter or Tab, Escape, or a press.
export function listbox(list, field) {
  let items = [], chosen = -1, onChoose = null;

  function mark(index) {
    chosen = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === chosen));
    const item = list.children[chosen];
    if (item) { field.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  }

  function show(found, choose) {
    items = found; onChoose = choose;
    list.replaceChildren(...found.map((one, at) => {
      const item = document.createElement("li"), title = document.createElement("strong"), hint = document.createElement("small");
      item.id = `${list.id}-${at}`;
      item.setAttribute("role", "option");
      title.textContent = one.title; hint.textContent = one.hint;
      item.append(title, hint);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); onChoose(one); });
      return item;
    }));
    list.hidden = found.length === 0;
    mark(found.length ? 0 : -1);
  }

  function close() { list.hidden = true; items = []; mark(-1); }

  function key(event) {
    if (list.hidden) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark((chosen + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
    else if (event.key === "Enter" || event.key === "Tab") onChoose(items[chosen]);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return { show, close, key };
}
