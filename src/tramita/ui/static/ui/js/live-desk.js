/**
 * `<live-desk src="/stream" bars="/bars" after="…">`: what others change shows by itself. The stream names the items that
 * changed, their version, and the lists they stand in now. A page that shows one of them (`data-ref`) or is such a list
 * (`data-place`) asks for itself again, and says so to its parts (`desk:fresh`); a list in the sidebar alone has the
 * counters asked for. An item that is open (`#item[data-ref]`) is told to the stream, which tells who else is there
 * (`desk:here`), and what the reader's clock on it shows (`desk:time`): opened in focus, it runs. A connection that broke
 * goes on after the last thing it told, and says that it is there again (`desk:again`).
 */
const SOON = 150 // ms: what happens together is asked for together
const REST = 1_000 // between two questions of a page for itself
const BARS = 10_000 // between two for its counters
const AGAIN = 5_000 // after an answer that says no

class LiveDesk extends HTMLElement {
  asked = { page: 0, bars: 0 }
  timers = {}
  missed = false
  refused = 0

  connectedCallback() {
    this.last = this.getAttribute("after")
    this.look = () => !document.hidden && this.missed && this.plan("page")
    this.turned = () => this.item !== this.shown() && this.listen()
    document.addEventListener("visibilitychange", this.look)
    document.addEventListener("htmx:afterSettle", this.turned)
    this.listen()
  }

  disconnectedCallback() {
    this.source.close()
    Object.values(this.timers).forEach(clearTimeout)
    document.removeEventListener("visibilitychange", this.look)
    document.removeEventListener("htmx:afterSettle", this.turned)
  }

  shown() {
    return document.querySelector("#main #item")?.dataset.ref ?? ""
  }

  listen() {
    this.source?.close()
    this.item = this.shown()
    this.source = new EventSource(`${this.getAttribute("src")}?${new URLSearchParams({ after: this.last, item: this.item, focus: document.hasFocus() ? "yes" : "" })}`)
    const told = (event) => event.lastEventId && (this.last = event.lastEventId)
    this.source.onmessage = (event) => (told(event), this.hear(JSON.parse(event.data)))
    this.source.addEventListener("hello", told)
    let before = false
    this.source.onopen = () => {
      this.refused = 0
      if (before) document.dispatchEvent(new Event("desk:again"))
      before = true
    }
    this.source.onerror = () => {
      if (this.source.readyState !== EventSource.CLOSED) return // a browser comes back by itself, but not from a refusal
      clearTimeout(this.timers.stream)
      this.refused = Math.min(this.refused + 1, 6)
      this.timers.stream = setTimeout(() => this.listen(), AGAIN * 2 ** this.refused)
    }
    this.source.addEventListener("reload", (event) => (told(event), this.plan("page")))
    for (const name of ["here", "time"]) {
      this.source.addEventListener(name, (event) => {
        if (this.item === this.shown()) document.dispatchEvent(new CustomEvent(`desk:${name}`, { detail: JSON.parse(event.data) }))
      })
    }
  }

  hear(changes) {
    document.dispatchEvent(new CustomEvent("desk-changed", { detail: changes }))
    const newer = (shown, version) => shown && !(Number(shown.dataset.version) >= version)
    const shows = (where) => changes.some(({ item, version, places }) =>
      [`[data-ref="${item}"]`, ...places.map((place) => `[data-place="${CSS.escape(place)}"]`)].some((mark) => newer(document.querySelector(`${where} ${mark}`), version)))
    if (shows("#main")) this.plan("page")
    else if (shows("#sidebar")) this.plan("bars")
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
    const headers = { "HX-Request": "true", "X-Live": "yes" }
    const answer = await fetch(what === "page" ? here : this.getAttribute("bars"), { headers }).catch(() => null)
    if (answer === null || answer.status >= 500) return (this.timers[what] = setTimeout(() => this.plan(what), AGAIN))
    if (!answer.ok || answer.redirected || here !== location.href) return
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
    const current = document.querySelector("#sidebar [aria-current]")?.getAttribute("href")
    if (what === "bars" && current) fresh.querySelector(`#sidebar a[href="${CSS.escape(current)}"]`)?.setAttribute("aria-current", "page")
    if (here === location.href) document.dispatchEvent(new CustomEvent("desk:fresh", { detail: fresh }))
  }
}

customElements.define("live-desk", LiveDesk)
