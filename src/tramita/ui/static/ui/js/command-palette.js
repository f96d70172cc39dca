/**
 * `<command-palette>` (ctrl k): everything the page offers, found by typing. It reads the page when it opens: what
 * carries a key, the entries of the side bar, the verbs of open menus. Enter presses the real element, so the palette
 * can do nothing that the page cannot. What is no command is looked for in the whole desk.
 */
const OFFERED = ".sidebar a, .topbar a, .topbar button, [data-key], #main .menu-list button, #main .move-panel > summary"
const SHOWN = 12
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ł", "l").toLowerCase()

const part = (element, wanted) => element.querySelector(wanted)?.textContent.trim() ?? ""

/** What an element is called: its label, else its text without counts and keys. */
function name(element) {
  if (element.matches("input, textarea, select")) return element.getAttribute("aria-label") ?? ""
  if (element.getAttribute("aria-label")) return element.getAttribute("aria-label")
  const copy = element.cloneNode(true)
  for (const extra of copy.querySelectorAll("kbd, .count, svg, small")) extra.remove()
  return copy.textContent.replace(/\s+/g, " ").trim()
}

class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog")
    this.field = this.querySelector("input")
    this.list = this.querySelector("[role=listbox]")
    document.addEventListener("keydown", this.opener = (event) => {
      const asked = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
      if (!asked || document.documentElement.dataset.keys === "off") return
      event.preventDefault()
      this.dialog.open ? this.dialog.close() : this.open()
    })
    this.field.addEventListener("input", () => this.show())
    this.field.addEventListener("keydown", (event) => this.steer(event))
    this.list.addEventListener("click", (event) => this.run(event.target.closest("[role=option]")))
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close())
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.opener)
  }

  open() {
    this.commands = this.offered()
    this.field.value = ""
    this.show()
    this.dialog.showModal() // the field is the first that can have the focus, and has it
  }

  offered() {
    const seen = new Set()
    return [...document.querySelectorAll(OFFERED)]
      .filter((element) => !this.contains(element) && !element.matches("[aria-disabled=true], :disabled"))
      .map((element) => ({ element, text: name(element), key: element.dataset.key ?? part(element, "kbd"), count: part(element, ".count") }))
      .filter(({ element, text }) => {
        const twice = `${text} ${element.getAttribute("href") ?? ""}`
        return text && !seen.has(twice) && seen.add(twice)
      })
  }

  show() {
    const words = folded(this.field.value).split(/\s+/)
    const found = this.commands.filter(({ text }) => words.every((word) => folded(text).includes(word))).slice(0, SHOWN)
    this.list.replaceChildren(...found.map((command) => this.option(command.text, command)))
    if (this.field.value.trim()) this.list.append(this.option(this.dataset.search.replace("{words}", this.field.value.trim())))
    this.choose(this.list.firstElementChild)
  }

  option(text, command) {
    const option = document.createElement("div")
    option.role = "option"
    option.id = `palette-${this.list.id}-${this.number = (this.number ?? 0) + 1}`
    option.append(Object.assign(document.createElement("span"), { textContent: text }))
    if (command?.count) option.append(Object.assign(document.createElement("span"), { className: "count", textContent: command.count }))
    for (const key of command?.key.split(" ").filter(Boolean) ?? [])
      option.append(Object.assign(document.createElement("kbd"), { textContent: key }))
    option.command = command
    return option
  }

  choose(option) {
    this.list.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected")
    option?.setAttribute("aria-selected", "true")
    option?.scrollIntoView({ block: "nearest" })
    option ? this.field.setAttribute("aria-activedescendant", option.id) : this.field.removeAttribute("aria-activedescendant")
  }

  steer(event) {
    const now = this.list.querySelector("[aria-selected=true]")
    const next = { ArrowDown: now?.nextElementSibling ?? this.list.firstElementChild, ArrowUp: now?.previousElementSibling ?? this.list.lastElementChild }
    if (event.key in next) event.preventDefault(), this.choose(next[event.key])
    if (event.key === "Enter" && !event.isComposing) event.preventDefault(), this.run(now)
  }

  /** The element as the page has it now: its part may have come anew by itself since the palette opened. */
  current({ element, text }) {
    if (element.isConnected) return element
    const href = element.getAttribute("href")
    return this.offered().find((one) => one.text === text && one.element.getAttribute("href") === href)?.element ?? element
  }

  run(option) {
    if (!option) return
    this.dialog.close()
    if (option.command) return this.current(option.command).dispatchEvent(new CustomEvent("desk:press", { bubbles: true }))
    const search = document.querySelector("form[role=search]")
    search.elements.q.value = this.field.value.trim()
    search.requestSubmit()
  }
}
customElements.define("command-palette", CommandPalette)
