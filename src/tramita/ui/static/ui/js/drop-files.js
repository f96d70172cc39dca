/** `<drop-files>` around a form's `<input type="file" multiple>`: files may also be dropped here, or pasted. */
class DropFiles extends HTMLElement {
  connectedCallback() {
    this.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return
      event.preventDefault()
      this.toggleAttribute("data-over", true)
    })
    for (const name of ["dragleave", "drop"]) this.addEventListener(name, () => this.removeAttribute("data-over"))
    this.addEventListener("drop", (event) => this.take(event, event.dataTransfer.files))
    this.addEventListener("paste", (event) => this.take(event, event.clipboardData.files))
  }

  take(event, files) {
    if (!files.length) return
    event.preventDefault()
    const input = this.querySelector("input[type=file]")
    const all = new DataTransfer()
    for (const file of [...input.files, ...files]) all.items.add(file)
    input.files = all.files
    input.dispatchEvent(new Event("input", { bubbles: true }))
  }
}
customElements.define("drop-files", DropFiles)
