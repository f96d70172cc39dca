/**
 * `desk:fresh` brings the page as it is now: each part that changes by itself (`[data-live]`, with an id) takes what
 * differs. Nothing moves under the pointer, the focus or a selection, nothing that is open or half filled in is touched:
 * such a part waits until the reader leaves it. `rows` and `talk` are lists of `[data-ref]`: what stays is the same
 * element. New messages of a `talk` go in where they move nothing that is looked at; else, or where they are out of
 * sight, `#news` says how many there are and leads to them. `compose` only comes and goes, its words are never touched.
 */
const LEAVES = ["pointerleave", "focusout", "toggle", "change", "submit"]
let waiting = 0 // parts that have not taken what is new

document.addEventListener("desk:fresh", ({ detail: fresh }) => {
  waiting = 0
  for (const part of document.querySelectorAll("[data-live]")) take(part, fresh.getElementById(part.id))
  if (waiting) return
  const [item, newer] = [document.getElementById("item"), fresh.getElementById("item")]
  if (!item || !newer || item.dataset.ref !== newer.dataset.ref) return
  item.dataset.version = newer.dataset.version // all of it is on the page: what is pressed now is based on this
  for (const field of item.querySelectorAll("#compose input[name=version]")) field.value = newer.dataset.version
})

function take(part, fresh) {
  if (!fresh) return
  part.waits?.abort()
  if (said(part) === said(fresh)) return
  const kind = part.dataset.live
  if (kind === "compose") return part.childElementCount && fresh.childElementCount ? null : whole(part, fresh)
  if (kind === "rows" || kind === "talk") return list(part, fresh, kind)
  whole(part, fresh)
}

function whole(part, fresh) {
  if (busy(part)) return later(part, () => take(part, fresh))
  change(part, fresh)
}

/** Rows and messages that stay are the same elements: what is under the pointer does not jump, a mail's frame not reload. */
function list(part, fresh, kind) {
  const come = new Map([...fresh.children].map((one) => [one.dataset.ref, one]))
  const stay = new Map([...part.children].map((one) => [one.dataset.ref, one]))
  for (const [ref, one] of stay) {
    const newer = come.get(ref)
    if (newer && said(one) !== said(newer) && !busy(one)) change(one, newer)
  }
  const news = [...come.keys()].filter((ref) => ref && !stay.has(ref))
  if (!news.length && come.size === stay.size) return said(part) === said(fresh) || later(part, () => take(part, fresh))
  const put = () => {
    for (const [ref, one] of stay) if (!come.has(ref)) one.remove()
    let at = part.firstElementChild
    for (const [ref, one] of come) {
      const mine = stay.get(ref) ?? one
      if (mine === at) at = at.nextElementSibling
      else part.insertBefore(mine, at)
    }
    htmx.process(part)
  }
  const free = kind === "talk" ? !aside(part) && !busy(part) : !busy(part)
  if (free) put()
  else later(part, () => take(part, fresh))
  if (kind !== "talk") return
  if (news.length && !(free && insight(part))) tell(news, part, put, free)
  else document.getElementById("news").hidden = true
}

/** What it says, but for what scripts, readers and the server's own tokens make of it. */
function said(element) {
  const plain = element.cloneNode(true)
  for (const one of plain.querySelectorAll("[hidden], [open], [data-cursor], [name=csrfmiddlewaretoken], due-time, :disabled")) {
    for (const name of ["hidden", "open", "data-cursor", "disabled"]) one.removeAttribute(name)
    if (one.name === "csrfmiddlewaretoken") one.removeAttribute("value")
    if (one.localName === "due-time") one.textContent = ""
  }
  return plain.innerHTML
}

/** The reader is at it: points at it, works in it, follows a link of it, has opened, marked or filled in something. */
function busy(part) {
  const marked = getSelection()
  return part.matches(":hover, :focus-within") || part.querySelector("[open], [data-cursor], .htmx-request") !== null || [...part.querySelectorAll("input, textarea, select")].some(touched) ||
    (!marked.isCollapsed && marked.containsNode(part, true))
}

function touched(field) {
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected) && [...field.options].some((option) => option.defaultSelected)
  return field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue
}

function later(part, again) {
  waiting += 1
  part.waits?.abort()
  part.waits = new AbortController()
  const once = () => (part.waits.abort(), requestAnimationFrame(again))
  for (const leaves of LEAVES) part.addEventListener(leaves, once, { signal: part.waits.signal, capture: true })
}

/** Its beginning is above what is in sight: whatever is put there moves what is read. */
function aside(part) {
  const view = part.closest(".main")?.getBoundingClientRect().top ?? 0
  return top(part) < Math.max(0, view)
}

function insight(part) {
  return !aside(part) && top(part) < innerHeight - 40
}

function top(part) {
  return (part.firstElementChild?.firstElementChild ?? part).getBoundingClientRect().top
}

function tell(news, part, put, there) {
  const button = document.getElementById("news")
  button.textContent = button.dataset.says.replace("0", news.length)
  button.hidden = false
  button.onclick = () => {
    if (!there) part.waits?.abort(), put()
    button.hidden = true
    const first = part.querySelector(`[data-ref="${news[0]}"]`)?.firstElementChild
    first?.setAttribute("tabindex", "-1")
    first?.focus({ preventScroll: true })
    first?.scrollIntoView({ block: "center" })
  }
}

function change(element, newer) {
  for (const name of ["data-woken", "data-problem", "data-fresh"]) element.toggleAttribute(name, newer.hasAttribute(name))
  element.replaceChildren(...newer.childNodes)
  htmx.process(element)
}
