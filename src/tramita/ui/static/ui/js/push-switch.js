import { SWITCHED_ON, address, registered, send } from "./push-news.js"

/**
 * `<push-switch reader="7" worker="/push-worker.js" key="…" on="/push/subscribe" off="/push/unsubscribe">`: switches on
 * and off that this browser is told also while no page is open. Of its parts (`data-state`: `off`, `on`, `denied`,
 * `without`, `failed`) it shows the one that holds.
 */
class PushSwitch extends HTMLElement {
  connectedCallback() {
    for (const button of this.querySelectorAll("button[data-press]")) button.addEventListener("click", () => this.press(button))
    this.look()
  }

  async press(button) {
    button.disabled = true
    const done = await this[button.dataset.press]().catch(() => false)
    button.disabled = false
    if (done) location.reload()
    else if (Notification.permission === "denied") this.say("denied")
    else this.say("failed")
  }

  async on() {
    if ((await Notification.requestPermission()) !== "granted") return false
    await navigator.serviceWorker.register(this.getAttribute("worker"), { scope: "/" })
    const { pushManager } = await navigator.serviceWorker.ready
    await (await pushManager.getSubscription())?.unsubscribe() // it may know another key of ours
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.getAttribute("key") })
    const answer = await send(this.form, this.getAttribute("on"), address(subscription))
    if (!answer?.ok) return false
    localStorage.setItem(SWITCHED_ON, this.getAttribute("reader"))
    return true
  }

  async off() {
    localStorage.removeItem(SWITCHED_ON)
    const subscription = await (await registered())?.pushManager.getSubscription()
    if (!subscription) return true
    const answer = await send(this.form, this.getAttribute("off"), { endpoint: subscription.endpoint })
    await subscription.unsubscribe()
    return Boolean(answer?.ok)
  }

  get form() {
    return this.querySelector("form")
  }

  async look() {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return this.say("without")
    if (Notification.permission === "denied") return this.say("denied")
    const subscription = await (await registered())?.pushManager.getSubscription()
    this.say(subscription && localStorage.getItem(SWITCHED_ON) === this.getAttribute("reader") ? "on" : "off")
  }

  say(state) {
    for (const part of this.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state
  }
}

customElements.define("push-switch", PushSwitch)
