/**
 * Around the swaps of htmx: open menus close, the new main part has the focus (or what asks for it), and a desk that
 * does not answer is said without touching what was typed.
 */
document.addEventListener("htmx:beforeRequest", () => {
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false
})

document.addEventListener("htmx:afterSettle", () => {
  const main = document.getElementById("main")
  if (document.activeElement === document.body) (main?.querySelector("[autofocus]") ?? main)?.focus({ preventScroll: true })
})

function trouble() {
  const toasts = document.getElementById("toasts")
  const toast = document.createElement("div")
  toast.className = "toast"
  toast.textContent = toasts.dataset.trouble
  toasts.replaceChildren(toast)
}
document.addEventListener("htmx:responseError", trouble)
document.addEventListener("htmx:sendError", trouble)
