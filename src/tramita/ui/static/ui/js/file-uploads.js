/**
 * `<file-uploads to="/…" trouble="…"><form>…<input type="file" multiple>…<ul data-uploads>…</form></file-uploads>`:
 * each chosen file is sent alone, with the other fields of the form; its line shows the progress, or why it was refused.
 * The list beside (`[data-filed]`) and the tabs are then fetched anew.
 */
import { post, row, tidy } from "./uploading.js"

class FileUploads extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.input = this.querySelector("input[type=file]")
    this.list = this.querySelector("[data-uploads]")
    this.addEventListener("submit", (event) => this.submitted(event), true)
  }

  submitted(event) {
    event.preventDefault()
    event.stopImmediatePropagation()
    if (!this.sending) this.sending = this.send().finally(() => (this.sending = null))
  }

  async send() {
    const files = [...this.input.files]
    if (!files.length) return this.input.focus()
    tidy(this.list)
    this.input.value = ""
    let kept = 0
    for (const file of files) kept += await this.one(file)
    if (kept === files.length) this.form.reset()
    if (kept) await this.refresh()
  }

  async one(file) {
    const line = row(this.list, file.name)
    const body = new FormData(this.form)
    body.delete("files")
    body.append("files", file)
    body.set("quiet", "yes")
    try {
      const answer = await post(this.getAttribute("to"), body, line.progress)
      if (answer.status === 204) return line.done(), 1
      const words = answer.status < 500 && answer.status !== 413 && answer.text.length < 500 ? answer.text : ""
      line.failed(words || this.getAttribute("trouble"))
    } catch {
      line.failed(this.getAttribute("trouble"))
    }
    return 0
  }

  async refresh() {
    const answer = await fetch(`${location.pathname}?tab=files`)
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    for (const part of ["[data-filed]", ".item .tabs"]) {
      const now = document.querySelector(part)
      const fresh = page.querySelector(part)
      if (!now || !fresh) continue
      now.replaceWith(document.adoptNode(fresh))
      window.htmx?.process(fresh)
    }
  }
}
customElements.define("file-uploads", FileUploads)
