/** `<due-time datetime="…">2 h late</due-time>`: says it anew each minute while the page stays open; the server wrote the first text. */
class DueTime extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.render(), 60_000)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
  }

  /** Only lateness moves with the clock; “Today 17:00” stays as it is until its moment passes. */
  render() {
    const minutes = Math.floor((Date.now() - Date.parse(this.getAttribute("datetime"))) / 60_000)
    if (minutes < 1) return
    const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60]
    const words = days ? this.dataset.days : hours ? this.dataset.hours : this.dataset.minutes
    this.textContent = words.replace("1", days || hours || rest).replace("2", days ? hours : String(rest).padStart(2, "0"))
    this.closest(".due")?.setAttribute("data-due", "late")
  }
}
customElements.define("due-time", DueTime)
