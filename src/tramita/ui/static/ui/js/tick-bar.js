/**
 * `<tick-bar>` around the form of what is done to ticked rows (`[form=bulk]`): seen as soon as one is ticked, and only
 * then can its buttons be pressed. `[data-tick-all]` ticks the page, or unticks it, `[data-untick]` unticks; with shift,
 * a click ticks all up to the last one.
 */
class TickBar extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.changed = (event) => {
      if (event?.target.matches("thead [data-tick-all]")) this.tick(event.target.checked)
      this.count()
    }
    this.clicked = ({ target, shiftKey }) => {
      if (target.closest("button[data-tick-all]")) this.tick(true)
      if (target.closest("[data-untick]")) this.tick(false)
      if (target.form === this.form && target.matches("[type=checkbox]")) this.range(target, shiftKey)
    }
    document.addEventListener("change", this.changed)
    document.addEventListener("click", this.clicked)
    this.count()
  }

  disconnectedCallback() {
    document.removeEventListener("change", this.changed)
    document.removeEventListener("click", this.clicked)
  }

  get boxes() {
    return [...this.form.elements].filter((one) => one.name === "item")
  }

  tick(on) {
    const boxes = this.boxes.filter((box) => box.checked !== on)
    for (const box of boxes) box.checked = on
    boxes[0]?.dispatchEvent(new Event("change", { bubbles: true })) // the list may take what is new
    for (const menu of this.querySelectorAll("details[open]")) menu.open = false
    this.count()
  }

  range(box, shift) {
    const boxes = this.boxes
    const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)].sort((one, other) => one - other)
    if (shift && from >= 0) for (const one of boxes.slice(from, to + 1)) one.checked = box.checked
    this.last = box
  }

  count() {
    const boxes = this.boxes
    const ticked = boxes.filter((box) => box.checked).length
    this.querySelector("[data-count]").textContent = ticked
    this.toggleAttribute("data-open", ticked > 0)
    for (const summary of this.querySelectorAll("summary")) summary.ariaDisabled = String(ticked === 0) // the palette passes it over
    if (!ticked) for (const menu of this.querySelectorAll("details[open]")) menu.open = false
    for (const button of this.form.querySelectorAll("button")) button.disabled = ticked === 0
    const all = document.querySelector("thead [data-tick-all]")
    if (all) [all.checked, all.indeterminate] = [ticked > 0 && ticked === boxes.length, ticked > 0 && ticked < boxes.length]
  }
}
customElements.define("tick-bar", TickBar)
