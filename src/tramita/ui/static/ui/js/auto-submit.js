/** `<auto-submit>` around a form's select: choosing submits; its own button, needed without a script, is hidden. */
class AutoSubmit extends HTMLElement {
  connectedCallback() {
    this.querySelector("button")?.setAttribute("hidden", "")
    this.addEventListener("change", (event) => event.target.form.requestSubmit())
  }
}
customElements.define("auto-submit", AutoSubmit)
