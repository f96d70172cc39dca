/**
 * Files on their way to the desk, one at a time: `post` sends a body and tells how much of it is there, `row` is the
 * line of a file in a `[data-uploads]` list, with its progress, then gone or saying what was wrong.
 */
export function post(to, body, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest()
    request.open("POST", to)
    request.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total)
    request.onload = () => done({ status: request.status, text: request.responseText })
    request.onerror = request.onabort = request.ontimeout = () => failed(new Error("no answer"))
    request.send(body)
  })
}

export function row(list, name) {
  const line = document.createElement("li")
  const said = document.createElement("span")
  const bar = document.createElement("progress")
  said.textContent = name
  bar.max = 1
  bar.value = 0
  bar.setAttribute("aria-label", name)
  line.append(said, bar)
  list?.append(line)
  return {
    progress: (share) => (bar.value = share),
    done: () => line.remove(),
    failed(words) {
      bar.remove()
      line.dataset.failed = ""
      said.textContent = words.includes(name) ? words : `${name}: ${words}`
    },
  }
}

/** Lines of what was wrong before go when somebody tries again. */
export const tidy = (list) => list?.querySelectorAll("[data-failed]").forEach((line) => line.remove())
