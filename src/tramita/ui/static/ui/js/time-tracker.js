/**
 * `<time-tracker idle="1800" shows='{"own":720,…}'><form>…</form></time-tracker>`: the reader's clock on the item of this page. The stream tells
 * what it shows (`desk:time`) and holds it while the page is open; the server is told only when the page comes into
 * focus, when nobody touched it for `idle` seconds, when the machine was asleep, and of the buttons. Only the server knows
 * the time: what is drawn here between two answers is a guess.
 */
const TICK = 5_000
const ASLEEP = 150_000 // a hidden page may tick but once a minute
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel"]

class TimeTracker extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.clock = { ...JSON.parse(this.getAttribute("shows")), at: Date.now() } // until the stream, or an answer, says more
    this.touched = this.ticked = Date.now()
    this.ended = new AbortController()
    const on = (where, name, how, capture = false) => where.addEventListener(name, how, { signal: this.ended.signal, capture })
    on(document, "desk:time", ({ detail }) => this.show(detail))
    on(document, "desk:again", () => document.hasFocus() && this.send("focus"))
    on(window, "focus", () => this.send("focus"))
    for (const name of SIGNS) on(window, name, () => this.seen())
    on(this, "submit", (event) => this.press(event), true)
    this.others = new BroadcastChannel("tramita-clock")
    this.others.onmessage = ({ data }) => data !== this.form.action && this.clock.running && this.show({ ...this.now(), running: false })
    this.timer = setInterval(() => this.tick(), TICK)
  }

  disconnectedCallback() {
    this.ended.abort()
    this.others.close()
    clearInterval(this.timer)
  }

  press(event) {
    event.preventDefault()
    event.stopImmediatePropagation()
    this.send(event.submitter.value)
  }

  seen() {
    this.touched = Date.now()
    if (this.resting) this.send("focus")
  }

  tick() {
    const asleep = Date.now() - this.ticked
    this.ticked = Date.now()
    if (asleep > ASLEEP) return this.send("slept", { seconds: Math.round(asleep / 1000), focus: document.hasFocus() ? "yes" : "" })
    if (this.clock.running && Date.now() - this.touched > this.getAttribute("idle") * 1000) return this.send("rest")
    this.draw()
  }

  async send(does, more = {}) {
    this.resting = does === "rest"
    const body = new FormData(this.form)
    for (const [name, value] of Object.entries({ do: does, quiet: "yes", ...more })) body.set(name, value)
    const answer = await fetch(this.form.action, { method: "POST", body, keepalive: true }).catch(() => null)
    if (answer?.ok && !answer.redirected) this.show(await answer.json())
  }

  show(clock) {
    this.clock = { ...clock, at: Date.now() }
    if (clock.running) this.others.postMessage(this.form.action)
    const at = document.activeElement
    for (const [does, on] of [["pause", clock.running], ["go-on", !clock.running]]) this.form.querySelector(`[value="${does}"]`).hidden = !on
    if (this.form.contains(at) && at.hidden) this.form.querySelector("button:not([hidden])").focus()
    this.draw()
  }

  now() {
    const more = this.clock.running ? (Date.now() - this.clock.at) / 1000 : 0
    return { ...this.clock, own: this.clock.own + more, all: this.clock.all + more }
  }

  draw() {
    const { own, all } = this.now()
    const words = (seconds) => `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}`
    this.querySelector("[data-own]").textContent = words(own)
    this.querySelector("[data-all]").textContent = words(all)
  }
}
customElements.define("time-tracker", TimeTracker)
