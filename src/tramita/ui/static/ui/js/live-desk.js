/**
 * `<live-desk src="/stream" bars="/bars" after="…">`: what others change shows by itself. The stream names the items that
 * changed and the lists they stand in now. A page that shows one of them (`data-ref`) or is such a list (`data-place`)
 * asks for itself again, and its parts (`[data-live]`, each with an id) take what differs; a list in the sidebar alone
 * has the counters asked for. Nothing moves under the pointer or the focus: rows change where they stand, and come and
 * go once the reader looks away.
 */
const SOON = 150 // ms: what happens together is asked for together
const REST = 1_000 // between two questions of a page for itself
const BARS = 10_000 // between two for its counters

class LiveDesk extends HTMLElement {
  asked = { page: 0, bars: 0 }
  timers = {}
  missed = false

  connectedCallback() {
    this.source = new EventSource(`${this.getAttribute("src")}?after=${this.getAttribute("after")}`)
    this.source.onmessage = (event) => this.hear(JSON.parse(event.data))
    this.source.addEventListener("reload", () => this.plan("page"))
    this.look = () => !document.hidden && this.missed && this.plan("page")
    document.addEventListener("visibilitychange", this.look)
  }

  disconnectedCallback() {
    this.source.close()
    Object.values(this.timers).forEach(clearTimeout)
    document.removeEventListener("visibilitychange", this.look)
  }

  hear(changes) {
    const shown = (where) => changes.some(({ item, places }) =>
      [`[data-ref="${item}"]`, ...places.map((place) => `[data-place="${CSS.escape(place)}"]`)].some((mark) => document.querySelector(`${where} ${mark}`)))
    if (shown("#main")) this.plan("page")
    else if (shown("#sidebar")) this.plan("bars")
  }

  plan(what) {
    this.missed = document.hidden
    if (this.missed) return
    clearTimeout(this.timers[what])
    const rest = what === "page" ? REST : BARS
    this.timers[what] = setTimeout(() => this.ask(what), Math.max(SOON, this.asked[what] + rest - Date.now()))
  }

  async ask(what) {
    this.asked[what] = this.asked.bars = Date.now()
    const here = location.href
    const answer = await fetch(what === "page" ? here : this.getAttribute("bars"), { headers: { "HX-Request": "true" } }).catch(() => null)
    if (!answer?.ok || answer.redirected || here !== location.href) return
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
    for (const part of document.querySelectorAll("[data-live]")) take(part, fresh.getElementById(part.id))
  }
}

/** What differs goes in; while the reader is at it, later. */
function take(part, fresh) {
  if (!fresh || part.innerHTML === fresh.innerHTML) return
  if (part.dataset.live === "rows") return rows(part, fresh)
  if (!later(part, () => take(part, fresh))) change(part, fresh)
}

/** Rows that stay are the same elements: what is under the pointer does not jump. */
function rows(part, fresh) {
  const come = new Map([...fresh.children].map((row) => [row.dataset.ref, row]))
  const stay = new Map([...part.children].map((row) => [row.dataset.ref, row]))
  for (const [ref, row] of stay) {
    const newer = come.get(ref)
    if (newer && row.innerHTML !== newer.innerHTML && !row.contains(document.activeElement)) change(row, newer)
  }
  if (later(part, () => rows(part, fresh))) return
  part.replaceChildren(...[...come].map(([ref, row]) => stay.get(ref) ?? row))
  htmx.process(part)
}

function later(part, again) {
  const busy = part.matches(":hover, :focus-within") || part.querySelector("[open], [data-cursor]")
  if (busy) ["pointerleave", "focusout"].forEach((leaves) => part.addEventListener(leaves, () => requestAnimationFrame(again), { once: true }))
  return Boolean(busy)
}

function change(element, newer) {
  for (const name of ["data-woken", "data-problem", "data-fresh"]) element.toggleAttribute(name, newer.hasAttribute(name))
  element.replaceChildren(...newer.childNodes)
  htmx.process(element)
}

customElements.define("live-desk", LiveDesk)
