/**
 * Around the swaps of htmx: open menus close, the new main part has the focus (or what asks for it), and a desk that
 * does not answer is said without touching what was typed. As in any browser, the page that comes is the one that was
 * asked for last: one that is still on its way is given up, and what a form on its way answers is not shown any more.
 */
let turning // to the page that comes

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false
  if (detail.target.id !== "main") return
  if (turning?.requestConfig.verb === "get") turning.xhr.abort()
  turning = detail
})

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id === "main" && detail.xhr !== turning?.xhr) detail.shouldSwap = false
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
