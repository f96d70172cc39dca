/**
 * `<auto-save to="/…/drafts/reply" trouble="…"><form>…</form></auto-save>`: what is typed is sent there quietly, two
 * seconds after the first key at the latest, and at once when the page is left. The answer holds parts of the form
 * (`data-part`) that take the place of those there; of a text only the words are taken. The form's own button
 * (`data-save`), needed without a script, is hidden. A save on its way ends before the form is sent.
 */
const SOON = 2000
const AGAIN = 5000

class AutoSave extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.querySelector("[data-save]")?.setAttribute("hidden", "")
    this.addEventListener("focusin", (event) => (this.touched ||= event.target.matches("textarea")))
    this.addEventListener("input", (event) => this.changed(event))
    this.addEventListener("submit", (event) => this.submitted(event), true)
    this.leave = () => document.visibilityState === "hidden" && this.flush()
    document.addEventListener("visibilitychange", this.leave)
    this.unload = () => this.flush()
    window.addEventListener("pagehide", this.unload)
    this.failed = () => this.unsent && ((this.unsent = false), this.changed())
    for (const name of ["htmx:sendError", "htmx:responseError"]) document.addEventListener(name, this.failed)
  }

  disconnectedCallback() {
    this.flush()
    document.removeEventListener("visibilitychange", this.leave)
    window.removeEventListener("pagehide", this.unload)
    for (const name of ["htmx:sendError", "htmx:responseError"]) document.removeEventListener(name, this.failed)
  }

  changed(event) {
    if (event?.target.closest("[data-unkept], filter-list")) return
    this.dirty = true
    const now = event?.target.type === "file" || event?.target.name === "attach"
    if (now) clearTimeout(this.timer)
    if (now || !this.timer) this.timer = setTimeout(() => this.save(), now ? 0 : SOON)
  }

  body(files) {
    const body = new FormData(this.form)
    if (!files) body.delete("files")
    body.set("quiet", "yes")
    return body
  }

  async save() {
    this.timer = 0
    if (this.saving) return (this.timer = setTimeout(() => this.save(), SOON / 4))
    this.dirty = false
    this.saving = this.send()
    await this.saving
    this.saving = null
  }

  async send() {
    const chosen = [...this.querySelectorAll("input[type=file]")].filter((input) => input.files.length)
    try {
      const answer = await fetch(this.getAttribute("to"), { method: "POST", body: this.body(true) })
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status)
      for (const input of chosen) input.value = ""
      this.put(await answer.text())
    } catch {
      this.dirty = true
      const said = this.querySelector("[data-said]")
      if (said) said.textContent = this.getAttribute("trouble")
      this.timer ||= setTimeout(() => this.save(), AGAIN)
    }
  }

  put(html) {
    const parts = new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-part]")
    for (const part of parts) {
      const text = part.dataset.part === "text" && this.querySelector("textarea")
      if (text) text.value = part.value
      else this.querySelector(`[data-part="${part.dataset.part}"]`)?.replaceWith(document.adoptNode(part))
    }
    for (const box of this.querySelectorAll("input[name=attach]:checked")) box.closest("label").remove()
  }

  flush() {
    if (!this.dirty) return
    clearTimeout(this.timer)
    this.timer = this.dirty = 0
    fetch(this.getAttribute("to"), { method: "POST", body: this.body(false), keepalive: true }).catch(() => {})
  }

  async submitted(event) {
    const cursor = this.form.elements.cursor
    if (cursor && this.touched) cursor.value = this.querySelector("textarea").selectionStart
    clearTimeout(this.timer)
    this.timer = 0
    if (this.saving) {
      event.preventDefault()
      event.stopImmediatePropagation()
      await this.saving
      return this.form.requestSubmit(event.submitter)
    }
    this.unsent = true
    this.dirty = false
  }
}
customElements.define("auto-save", AutoSave)
