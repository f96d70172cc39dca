/**
 * While the server looks which fields a value shows, people go on typing: what they typed meanwhile is put into the
 * fields that came (`ui/_cards.html`). Buttons that add or remove rows are not concerned: their rows have new numbers.
 */
const typed = new Map()
const fieldsOf = (cards) => cards.querySelectorAll("input:not([type=hidden]), select")

document.addEventListener("htmx:beforeSwap", (event) => {
  typed.clear()
  const cards = event.detail.target
  if (!cards?.matches(".cards") || event.detail.requestConfig.elt !== cards) return
  for (const input of fieldsOf(cards)) typed.set(input.id, input.value)
})

document.addEventListener("htmx:afterSwap", () => {
  for (const [id, value] of typed) {
    const input = document.getElementById(id)
    if (input && input.value !== value) input.value = value
  }
  typed.clear()
})
