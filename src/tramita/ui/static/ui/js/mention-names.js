/**
 * `<mention-names src="/items/40308-T/people"><textarea>…</textarea><ul role="listbox" hidden></ul></mention-names>`:
 * after an @ it offers those who may see the item; arrows choose, Enter or Tab takes, Escape leaves. Typing the name
 * does the same without it: the server decides who is meant.
 */
const MOST = 6

class MentionNames extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea")
    this.list = this.querySelector("[role=listbox]")
    this.field.setAttribute("aria-autocomplete", "list")
    this.field.setAttribute("aria-controls", this.list.id)
    this.field.addEventListener("input", () => this.offer())
    this.field.addEventListener("keydown", (event) => this.press(event))
    this.field.addEventListener("blur", () => setTimeout(() => this.close(), 150))
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault()
      const option = event.target.closest("[role=option]")
      if (option) this.take(option)
    })
  }

  /** What stands between an @ and the caret. */
  begun() {
    return /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}_.' -]{0,40})$/u.exec(this.field.value.slice(0, this.field.selectionStart))
  }

  async offer() {
    if (!this.begun()) return this.close()
    this.names ??= this.known()
    const names = await this.names
    const begun = this.begun() // while the names came, somebody typed on
    if (!begun) return this.close()
    const typed = begun[1].toLocaleLowerCase()
    const fit = names.filter((name) => name.toLocaleLowerCase().startsWith(typed) && name.toLocaleLowerCase() !== typed)
    this.begin = this.field.selectionStart - begun[1].length
    this.list.replaceChildren(...fit.slice(0, MOST).map((name, number) => option(this.list.id, name, number)))
    this.list.hidden = !fit.length
    this.choose(this.list.firstElementChild)
  }

  async known() {
    const answer = await fetch(this.getAttribute("src")).catch(() => null)
    return answer?.ok && !answer.redirected ? (await answer.json()).people : []
  }

  press(event) {
    if (this.list.hidden || event.ctrlKey || event.metaKey) return
    const chosen = this.list.querySelector("[aria-selected=true]")
    if (event.key === "ArrowDown") this.choose(chosen.nextElementSibling ?? this.list.firstElementChild)
    else if (event.key === "ArrowUp") this.choose(chosen.previousElementSibling ?? this.list.lastElementChild)
    else if (event.key === "Enter" || event.key === "Tab") this.take(chosen)
    else if (event.key === "Escape") this.close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  choose(chosen) {
    for (const one of this.list.children) one.setAttribute("aria-selected", one === chosen)
    if (chosen) this.field.setAttribute("aria-activedescendant", chosen.id)
  }

  take(chosen) {
    const end = this.field.selectionStart
    this.field.setRangeText(`${chosen.textContent} `, this.begin, end, "end")
    this.close()
    this.field.dispatchEvent(new Event("input", { bubbles: true }))
  }

  close() {
    this.list.hidden = true
    this.field.removeAttribute("aria-activedescendant")
  }
}

function option(list, name, number) {
  const made = document.createElement("li")
  made.id = `${list}-${number}`
  made.role = "option"
  made.textContent = name
  return made
}

customElements.define("mention-names", MentionNames)
