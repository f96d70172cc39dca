/**
 * `<push-news reader="7" action="/push/subscribe" data-says="Close"><form hidden>…token…</form></push-news>`: says on the page
 * what this browser was told while the page is looked at, with a way to it and to all of them; it stays until it is
 * closed. Once a session it tells the desk again where this browser is to be reached, if this reader switched that on.
 */
export const SWITCHED_ON = "push-for" // whose browser this is, kept by it

export async function registered() {
  return "serviceWorker" in navigator ? navigator.serviceWorker.getRegistration("/") : undefined
}

export async function send(form, action, values) {
  const body = new FormData(form)
  for (const [name, value] of Object.entries(values)) body.set(name, value)
  return fetch(action, { method: "POST", body }).catch(() => null)
}

export function address(subscription) {
  const { endpoint, keys } = subscription.toJSON()
  return { endpoint, ...keys }
}

class PushNews extends HTMLElement {
  connectedCallback() {
    this.hear = ({ data }) => data?.tag && this.show(data)
    navigator.serviceWorker?.addEventListener("message", this.hear)
    this.renew()
  }

  disconnectedCallback() {
    navigator.serviceWorker?.removeEventListener("message", this.hear)
  }

  show(news) {
    this.querySelector(`[data-tag="${CSS.escape(news.tag)}"]`)?.remove()
    const box = Object.assign(document.createElement("div"), { className: "toast", lang: news.lang })
    box.dataset.tag = news.tag
    const said = Object.assign(document.createElement("span"), { textContent: news.here })
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: this.dataset.says })
    close.addEventListener("click", () => box.remove())
    box.append(said, link(news.url, news.open), ...(news.all ? [link(news.all, news.all_words)] : []), close)
    this.append(box)
    document.dispatchEvent(new CustomEvent("push-told", { detail: news }))
  }

  async renew() {
    const reader = this.getAttribute("reader")
    if (localStorage.getItem(SWITCHED_ON) !== reader || sessionStorage.getItem(SWITCHED_ON) === reader) return
    const subscription = await (await registered())?.pushManager.getSubscription()
    if (!subscription) return
    const answer = await send(this.querySelector("form"), this.getAttribute("action"), address(subscription))
    if (answer?.ok) sessionStorage.setItem(SWITCHED_ON, reader)
  }
}

const link = (href, textContent) => Object.assign(document.createElement("a"), { href, textContent })

customElements.define("push-news", PushNews)
