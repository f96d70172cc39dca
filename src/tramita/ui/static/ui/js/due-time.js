/**
 * `<due-time datetime="…">Today 17:00</due-time>`: says so when its moment passes, and how late it is each minute after,
 * while the page stays open. The server wrote the first text; the shell has the words, “1 h 02 m late” with 1 and 2.
 */
class DueTime extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.render(), 60_000)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
  }

  render() {
    const late = Math.floor((Date.now() - Date.parse(this.getAttribute("datetime"))) / 60_000)
    if (late < 1) return
    const [days, hours, minutes] = [Math.floor(late / 1440), Math.floor(late / 60) % 24, late % 60]
    const words = document.querySelector("[data-late-minutes]").dataset
    const text = days ? words.lateDays : hours ? words.lateHours : words.lateMinutes
    const second = days ? hours : String(minutes).padStart(2, "0")
    this.textContent = text.replace(/1|0?2/g, (mark) => (mark === "1" ? days || hours || minutes : second))
    this.closest(".due")?.setAttribute("data-due", "late")
  }
}
customElements.define("due-time", DueTime)
