/** `<depends-on field="type" value="until">…</depends-on>`: shown and sent only while that field of the form has one of the values. */
class DependsOn extends HTMLElement {
  connectedCallback() {
    const form = this.closest("form")
    const show = () => {
      const value = new FormData(form).get(this.getAttribute("field"))
      this.hidden = !this.getAttribute("value").split(" ").includes(value)
      for (const input of this.querySelectorAll("input, select, textarea")) input.disabled = this.hidden
    }
    form.addEventListener("change", show)
    show()
  }
}
customElements.define("depends-on", DependsOn)
