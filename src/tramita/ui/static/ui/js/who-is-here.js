/** `desk:here` names who else has this item open, and who of them writes: beside it (`#here`) and above the composer (`#typing`). */
document.addEventListener("desk:here", ({ detail: people }) => {
  const here = document.getElementById("here")
  const line = (text, tone) => Object.assign(document.createElement("li"), { textContent: text, className: tone })
  const lines = people.map(({ name, typing }) => {
    const one = line(name, "")
    if (typing) one.append(" ", Object.assign(document.createElement("small"), { textContent: here?.dataset.typing, className: "faint" }))
    return one
  })
  here?.replaceChildren(...(lines.length ? lines : [line(here.dataset.nobody, "faint")]))
  const typing = document.getElementById("typing")
  const names = people.filter((one) => one.typing).map((one) => one.name)
  if (typing) typing.textContent = names.length ? typing.dataset.says.replace("…", names.join(", ")) : ""
})
