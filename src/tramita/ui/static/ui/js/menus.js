/** `<details class="menu">`: a click elsewhere, another menu, or Escape closes an open one. */
const open = () => document.querySelectorAll("details.menu[open]")

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false
})

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return
  for (const menu of open()) {
    const inside = menu.contains(document.activeElement)
    menu.open = false
    if (inside) menu.querySelector("summary").focus()
  }
})
