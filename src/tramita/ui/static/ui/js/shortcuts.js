/**
 * The hands stay on the keyboard. Any element may carry `data-key="r"` or `data-key="g i"`: the key clicks it, or
 * focuses a field; `data-focus="#note-body"` names what has the focus then. `j` and `k` move through `[data-row]`,
 * `o` opens, `x` ticks. None fires inside a field, which Escape leaves, nor with ctrl, alt, meta; `<html data-keys="off">` switches all off.
 * The palette (command-palette.js) presses an element by the event `desk:press`.
 * `ctrl enter` presses the primary button of the form the writer is in, else its first.
 */
const field = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")
let waiting = "" // "g" between the two keys of "g i"

function press(element) {
  const own = element.tagName === "SUMMARY" ? element.parentElement : element
  for (let menu = own.parentElement?.closest("details"); menu; menu = menu.parentElement?.closest("details")) menu.open = true
  if (element.matches("input, textarea")) return element.focus()
  if (element.tagName === "SUMMARY") element.focus()
  element.click()
  if (element.dataset.focus) document.querySelector(element.dataset.focus)?.focus()
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")]
  const now = rows.findIndex((row) => row.hasAttribute("data-cursor"))
  const next = rows[Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + step))]
  rows[now]?.removeAttribute("data-cursor")
  next?.setAttribute("data-cursor", "")
  next?.scrollIntoView({ block: "nearest" })
}

/** Escape leaves a field, so that keys are keys again. Not where it closes something, nor while a search is to be emptied. */
function leave(event) {
  const stays = event.target.closest("dialog, details.menu") || (event.target.type === "search" && event.target.value)
  if (event.key === "Escape" && !stays) event.target.blur()
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form")
    const send = form?.querySelector("button[data-look=primary]") ?? form?.querySelector("button:not([type=button])")
    if (send) event.preventDefault(), send.click()
    return
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return
  if (document.documentElement.dataset.keys === "off") return
  if (field(event.target)) return leave(event)
  const key = waiting ? `${waiting} ${event.key}` : event.key
  waiting = key === "g" ? "g" : ""
  if (key === "j") return move(1)
  if (key === "k") return move(-1)
  if (key === "x") return document.querySelector("[data-cursor] input[type=checkbox]")?.click()
  const target = key === "o" ? document.querySelector("[data-cursor] a") : document.querySelector(`[data-key="${CSS.escape(key)}"]`)
  if (target) event.preventDefault(), press(target)
})

document.addEventListener("desk:press", (event) => press(event.target))
