/** `<ask-again every="2">`: while it is there, the page asks for itself every two seconds, and its parts take what is new (live-parts.js). */
class AskAgain extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.ask(), Number(this.getAttribute("every")) * 1000)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
  }

  async ask() {
    if (document.hidden) return
    const here = location.href
    const answer = await fetch(here, { headers: { "HX-Request": "true", "X-Live": "yes" } }).catch(() => null)
    if (!answer?.ok || answer.redirected || here !== location.href) return
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
    if (here === location.href) document.dispatchEvent(new CustomEvent("desk:fresh", { detail: fresh }))
  }
}
customElements.define("ask-again", AskAgain)
