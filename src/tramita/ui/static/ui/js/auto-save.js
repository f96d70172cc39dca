/**
 * `<auto-save to="/…/drafts/reply" trouble="…"><form>…</form></auto-save>`: what is typed is sent there quietly, two
 * seconds after the first key at the latest, and at once when the page is left. The answer holds parts of the form
 * (`data-part`) that take the place of those there; of a text only the words are taken. The form's own button
 * (`data-save`), needed without a script, is hidden. A save on its way ends before the form is sent. Words go first,
 * then each chosen file alone, with its progress in `[data-uploads]`; `lost` is said of one that was not kept.
 */
import { post, row, tidy } from "./uploading.js"

const SOON = 2000
const AGAIN = 5000

class AutoSave extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.querySelector("[data-save]")?.setAttribute("hidden", "")
    this.addEventListener("focusin", (event) => (this.touched ||= event.target.matches("textarea, [contenteditable]")))
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

  body(more = {}) {
    const body = new FormData(this.form)
    body.delete("files")
    body.set("quiet", "yes")
    for (const [name, value] of Object.entries(more)) body.append(name, value)
    return body
  }

  /** One job at a time: each has the version that the one before left. */
  async alone(job) {
    while (this.saving) await this.saving.catch(() => {})
    this.saving = job()
    try {
      return await this.saving
    } finally {
      this.saving = null
    }
  }

  save() {
    this.timer = 0
    return this.alone(() => this.send())
  }

  async send() {
    this.dirty = false
    const inputs = [...this.querySelectorAll("input[type=file]:not([data-unkept])")]
    const files = inputs.flatMap((input) => [...input.files])
    try {
      const answer = await fetch(this.getAttribute("to"), { method: "POST", body: this.body() })
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status)
      for (const input of inputs) input.value = ""
      this.put(await answer.text())
    } catch {
      this.dirty = true
      const said = this.querySelector("[data-said]")
      if (said) said.textContent = this.getAttribute("trouble")
      this.timer ||= setTimeout(() => this.save(), AGAIN)
      return
    }
    if (files.length) tidy(this.querySelector("[data-uploads]"))
    for (const file of files) await this.upload("files", file)
  }

  /** A picture of the text: the content id by which it is shown, or nothing. */
  picture(file) {
    return this.alone(async () => (await this.upload("pictures", file))?.querySelector("[data-picture]")?.dataset.picture)
  }

  async upload(name, file) {
    const line = row(this.querySelector("[data-uploads]"), file.name)
    try {
      const answer = await post(this.getAttribute("to"), this.body({ [name]: file }), line.progress)
      const parts = answer.status === 200 || answer.status === 422 ? this.put(answer.text, { quiet: true }) : null
      if (answer.status === 200) return line.done(), parts
      line.failed(parts?.said || this.getAttribute("lost"))
    } catch {
      line.failed(this.getAttribute("lost"))
    }
  }

  put(html, { quiet = false } = {}) {
    const answer = new DOMParser().parseFromString(html, "text/html")
    const error = quiet && answer.querySelector(".error")
    if (error) answer.said = error.textContent.trim()
    if (error) error.remove()
    for (const part of answer.querySelectorAll("[data-part]")) {
      const text = part.dataset.part === "text" && this.querySelector("textarea")
      if (text) this.words(text, part)
      else this.querySelector(`[data-part="${part.dataset.part}"]`)?.replaceWith(document.adoptNode(part))
    }
    for (const box of this.querySelectorAll("input[name=attach]:checked")) box.closest("label").remove()
    return answer
  }

  words(text, part) {
    const rich = this.querySelector("rich-text")
    if (rich?.take) rich.take(part.value, part.dataset.html)
    else text.value = part.value
  }

  flush() {
    if (!this.dirty) return
    clearTimeout(this.timer)
    this.timer = this.dirty = 0
    fetch(this.getAttribute("to"), { method: "POST", body: this.body(), keepalive: true }).catch(() => {})
  }

  async submitted(event) {
    const cursor = this.form.elements.cursor
    if (cursor && this.touched) cursor.value = this.querySelector("rich-text")?.cursor ?? this.querySelector("textarea").selectionStart
    clearTimeout(this.timer)
    this.timer = 0
    if (this.saving) {
      event.preventDefault()
      event.stopImmediatePropagation()
      await this.saving.catch(() => {})
      return this.form.requestSubmit(event.submitter)
    }
    this.unsent = true
    this.dirty = false
  }
}
customElements.define("auto-save", AutoSave)
