/** `<copy-text text="40308-T Title"><button>…</button></copy-text>`: copies, and shows a tick for two seconds. */
class CopyText extends HTMLElement {
  connectedCallback() {
    this.hidden = !navigator.clipboard
    this.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.getAttribute("text"))
      const use = this.querySelector("use")
      const before = use.getAttribute("href")
      use.setAttribute("href", before.replace(/#.*/, "#i-check"))
      setTimeout(() => use.setAttribute("href", before), 2000)
    })
  }
}
customElements.define("copy-text", CopyText)
