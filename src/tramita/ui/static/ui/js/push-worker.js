/**
 * What the browser runs when its push service has something for us, whether a page is open or not. A page that is looked
 * at says it itself (`push-news.js`); otherwise the system shows it, and a press opens the request or the list.
 */
self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()))
self.addEventListener("push", (event) => event.waitUntil(tell(event.data.json())))
self.addEventListener("notificationclick", (event) => {
  event.notification.close()
  const { url, all } = event.notification.data
  event.waitUntil(open(event.action === "all" ? all : url))
})

const pages = () => self.clients.matchAll({ type: "window", includeUncontrolled: true })

async function tell(news) {
  const seen = (await pages()).filter((page) => page.visibilityState === "visible")
  if (!seen.length) {
    const { title, body, tag, lang, silent, url, all } = news
    const actions = all ? [{ action: "all", title: news.all_words }] : []
    return self.registration.showNotification(title, { body, tag, lang, silent, actions, data: { url, all } })
  }
  for (const older of await self.registration.getNotifications({ tag: news.tag })) older.close()
  for (const page of seen) page.postMessage(news)
}

async function open(url) {
  const [page] = (await pages()).filter((one) => "navigate" in one)
  const shown = await page?.navigate(url).catch(() => null) // a page of before this script cannot be led anywhere
  return shown ? shown.focus() : self.clients.openWindow(url)
}
