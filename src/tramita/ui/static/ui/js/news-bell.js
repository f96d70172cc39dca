/**
 * `<news-bell src="/notifications/fresh" after="17" reader="7">…<b><span data-count>3</span></b></news-bell>`: asks how
 * many are unread, and shows what came after number 17 as pop-ups, if the reader lets this site show any. One that
 * several open pages show is one: they bear the same tag. It asks soon after something changed in the reader's own
 * lists, as the stream says, when a push came, and once a minute anyhow. What a push said on the page pops up no more.
 */
const EVERY = 60_000
const SOON = 2_000 // the worker tells of a change within a second or so
const REST = 10_000 // between two questions
const pushed = new Set()
let asked = 0
let shown = 0 // the newest that this page has seen; a page that is swapped in brings an older one

class NewsBell extends HTMLElement {
  connectedCallback() {
    shown = Math.max(shown, Number(this.getAttribute("after")))
    this.timer = setInterval(() => this.ask(), EVERY)
    this.hear = ({ detail }) => {
      const own = ["inbox", "owned"].map((list) => `${list}:${this.getAttribute("reader")}`)
      if (detail.some(({ places }) => places.some((place) => own.includes(place)))) this.plan()
    }
    this.told = ({ detail }) => {
      pushed.add(detail.tag)
      this.plan()
    }
    document.addEventListener("desk-changed", this.hear)
    document.addEventListener("push-told", this.told)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
    clearTimeout(this.soon)
    document.removeEventListener("desk-changed", this.hear)
    document.removeEventListener("push-told", this.told)
  }

  plan() {
    clearTimeout(this.soon)
    this.soon = setTimeout(() => this.ask(), Math.max(SOON, asked + REST - Date.now()))
  }

  async ask() {
    asked = Date.now()
    const answer = await fetch(`${this.getAttribute("src")}?after=${shown}`).catch(() => null)
    if (!answer?.ok || answer.redirected) return
    const { unread, most, popups } = await answer.json()
    const mark = this.querySelector("b")
    mark.hidden = !unread
    mark.querySelector("[data-count]").textContent = unread > most ? `${most}+` : unread
    for (const popup of popups) {
      if (popup.id <= shown) continue // told by an answer to a question that was asked meanwhile
      shown = Math.max(shown, popup.id)
      pop(popup)
    }
  }
}

function pop({ id, title, body, url }) {
  const tag = `tramita-${id}`
  if (!("Notification" in window) || Notification.permission !== "granted" || pushed.has(tag)) return
  const made = new Notification(title, { body, tag, lang: document.documentElement.lang })
  made.onclick = () => {
    window.focus()
    location.assign(url)
    made.close()
  }
}

/** `<allow-popups><button hidden>…</button><p data-state="granted" hidden>…</p>…</allow-popups>`: asks for the permission. */
class AllowPopups extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", async () => {
      await Notification.requestPermission()
      this.say()
    })
    this.say()
  }

  say() {
    const state = "Notification" in window ? Notification.permission : "denied"
    this.querySelector("button").hidden = state !== "default"
    for (const said of this.querySelectorAll("[data-state]")) said.hidden = said.dataset.state !== state
  }
}

customElements.define("news-bell", NewsBell)
customElements.define("allow-popups", AllowPopups)
