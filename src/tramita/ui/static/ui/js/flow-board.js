/**
 * `<flow-board>` around the form of a process's steps: a card that is dragged onto a column sends what its buttons would,
 * `put budget check 1`. Without it, and by keyboard, the buttons of each card do the same.
 */
class FlowBoard extends HTMLElement {
  connectedCallback() {
    this.addEventListener("dragstart", this)
    this.addEventListener("dragover", this)
    this.addEventListener("dragend", this)
    this.addEventListener("drop", this)
  }

  handleEvent(event) {
    if (event.type === "dragstart") this.take(event)
    else if (event.type === "dragend") this.leave()
    else if (this.card) this.over(event)
  }

  take(event) {
    this.card = event.target.closest?.("[data-action]")
    if (!this.card) return
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setData("text/plain", this.card.dataset.action)
    this.card.dataset.dragged = ""
  }

  over(event) {
    const column = event.target.closest("[data-step]")
    if (!column) return
    event.preventDefault()
    if (event.type === "drop") this.drop(column, event.clientY)
    else {
      this.mark?.removeAttribute("data-target")
      this.mark = column
      column.dataset.target = ""
    }
  }

  drop(column, height) {
    const cards = [...column.querySelectorAll("[data-action]")]
    const below = cards.findIndex((one) => height < one.getBoundingClientRect().top + one.offsetHeight / 2)
    const form = this.querySelector("form")
    const sent = document.createElement("button")
    sent.name = "move"
    sent.value = `put ${this.card.dataset.action} ${column.dataset.step} ${below < 0 ? cards.length : below}`
    sent.hidden = true
    form.append(sent)
    form.requestSubmit(sent)
    this.leave()
  }

  leave() {
    delete this.card?.dataset.dragged
    this.mark?.removeAttribute("data-target")
    this.card = this.mark = undefined
  }
}

customElements.define("flow-board", FlowBoard)
