/**
 * `<rich-text pictures="/…/"><div data-formats hidden>…</div><textarea data-html="…"></textarea></rich-text>`: a plain
 * text area until it is first focused; then the editor's module is fetched and takes its place, with what was typed
 * meanwhile. The form sends the words of the text area, and as `html` what they look like; the desk cleans that.
 * Pictures that are pasted, dropped or picked are kept by the `<auto-save>` around it and shown by their content id.
 */
const MODULE = new URL("../../django_prose_editor/editor.js", import.meta.url)
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"]
const FORMATS = { bold: "toggleBold", italic: "toggleItalic", list: "toggleBulletList", numbers: "toggleOrderedList", quote: "toggleBlockquote" }
const NAMES = { bold: "bold", italic: "italic", list: "bulletList", numbers: "orderedList", quote: "blockquote", link: "link" }

/** A paragraph for each of the text's own, its lines and blanks kept. */
function paragraphs(text) {
  const line = (words, at) => [...(at ? [{ type: "hardBreak" }] : []), ...(words ? [{ type: "text", text: words }] : [])]
  const paragraph = (one) => ({ type: "paragraph", content: one.split("\n").flatMap(line) })
  return { type: "doc", content: text.split("\n\n").map(paragraph) }
}

class RichText extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea")
    this.formats = this.querySelector("[data-formats]")
    this.html = this.querySelector("input[name=html]") ?? document.createElement("input")
    Object.assign(this.html, { type: "hidden", name: "html", value: this.area.dataset.html ?? "" })
    this.append(this.html)
    this.area.addEventListener("focus", () => this.load())
    this.area.addEventListener("input", () => this.editor || (this.html.value = ""))
    for (const name of ["compositionstart", "compositionend"]) {
      this.area.addEventListener(name, () => (this.composing = name === "compositionstart"))
    }
    if (document.activeElement === this.area) this.load()
  }

  disconnectedCallback() {
    this.editor?.destroy()
  }

  load() {
    this.loading ??= import(MODULE)
      .then((module) => this.start(module))
      .catch(() => (this.loading = null)) // plain text is what is left, and will do
  }

  start(module) {
    if (!this.isConnected || this.editor) return
    if (this.composing) return this.area.addEventListener("compositionend", () => this.start(module), { once: true })
    const here = document.activeElement === this.area
    const before = this.area.selectionStart
    this.editor = new module.Editor({
      element: this,
      injectCSS: false, // the content policy takes no style of a script; ours is in composer.css
      content: this.html.value || paragraphs(this.area.value),
      extensions: this.extensions(module),
      editorProps: {
        attributes: this.attributes_(),
        handleKeyDown: (_view, event) => event.key === "Enter" && (event.ctrlKey || event.metaKey), // sends
      },
      onUpdate: () => this.changed(),
      onTransaction: () => this.marks(),
    })
    if (here) this.enter(this.place(before))
    const { dom } = this.editor.view
    dom.addEventListener("focus", () => (this.left = null))
    dom.addEventListener("blur", () => (this.left = this.caret()))
    const tall = this.area.getBoundingClientRect().height
    this.area.hidden = true
    this.area.focus = () => this.enter()
    this.tools()
    dom.style.minBlockSize = `${tall - this.formats.getBoundingClientRect().height}px` // with its tools as tall as the area: nothing jumps
  }

  /** At once, not with the next frame as the editor's own command: a key that is pressed between would be lost. */
  enter(place) {
    const { state, commands, view } = this.editor
    if (place !== undefined) commands.setTextSelection(place === "end" ? state.doc.content.size : place)
    view.focus()
  }

  attributes_() {
    const names = ["aria-label", "aria-invalid", "aria-describedby"]
    const given = names.filter((name) => this.area.hasAttribute(name)).map((name) => [name, this.area.getAttribute(name)])
    return { role: "textbox", "aria-multiline": "true", class: "text written", ...Object.fromEntries(given) }
  }

  extensions(module) {
    const rich = this
    const { Document, Paragraph, Text, HardBreak, Bold, Italic, Underline, Strike, BulletList, OrderedList, ListItem } = module
    const Picture = module.Node.create({
      name: "picture",
      group: "inline",
      inline: true,
      draggable: true,
      addAttributes: () => ({ src: { default: null }, alt: { default: "" } }),
      parseHTML: () => [{ tag: 'img[src^="cid:"]' }],
      renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
      addNodeView: () => ({ node }) => {
        const dom = document.createElement("img")
        dom.src = rich.getAttribute("pictures") + encodeURIComponent(node.attrs.src.slice(4))
        dom.alt = node.attrs.alt
        return { dom }
      },
    })
    const Link = module.Link.extend({ addKeyboardShortcuts: () => ({}) }) // Ctrl+K is the palette
    return [
      ...[Document, Paragraph, Text, HardBreak, Bold, Italic, Underline, Strike, BulletList, OrderedList, ListItem],
      ...[module.Blockquote, module.History, module.Gapcursor, Picture],
      Link.configure({ openOnClick: false, autolink: true, defaultProtocol: "https" }),
      module.Placeholder.configure({ placeholder: this.area.placeholder }),
    ]
  }

  changed() {
    this.html.value = this.editor.isEmpty ? "" : this.editor.getHTML()
    this.area.value = this.editor.getText({ blockSeparator: "\n\n" })
    this.area.dispatchEvent(new Event("input", { bubbles: true }))
  }

  /** Words that the desk sends, of another window or a link that was attached. */
  take(text, html = "") {
    this.area.value = text
    this.html.value = html
    this.editor?.commands.setContent(html || paragraphs(text), { emitUpdate: false })
  }

  /** How many characters of the text stand before the caret. */
  get cursor() {
    if (!this.editor) return this.area.selectionStart
    const { doc, selection } = this.editor.state
    return doc.textBetween(0, this.left ?? selection.from, "\n\n", (leaf) => (leaf.type.name === "hardBreak" ? "\n" : "")).length
  }

  /** Where the caret is in the page: the editor hears of it a moment later, and not at all once it has lost the focus. */
  caret() {
    const { view, state } = this.editor
    const { focusNode, focusOffset } = document.getSelection()
    return view.dom.contains(focusNode) ? view.posAtDOM(focusNode, focusOffset) : state.selection.from
  }

  /** Where in the document so many characters are behind. */
  place(characters) {
    if (characters >= this.area.value.length) return "end"
    let [left, found] = [characters, "end"]
    this.editor.state.doc.descendants((node, at) => {
      if (found !== "end") return false
      if (node.isText && left <= node.text.length) found = at + left
      else if (node.isText) left -= node.text.length
      else if (node.type.name === "hardBreak") left -= 1
      else if (node.isTextblock && at > 0) left -= 2
      return true
    })
    return found
  }

  tools() {
    this.formats.hidden = false
    this.pick = this.querySelector("[data-pick]")
    this.link = this.querySelector("[data-link]")
    this.formats.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault())
    this.formats.addEventListener("click", (event) => this.pressed(event))
    this.link.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.answered()
      else if (event.key === "Enter") this.setLink()
      else return
      event.preventDefault()
      event.stopPropagation()
    })
    this.pick.addEventListener("change", () => (this.show(this.pick.files), (this.pick.value = "")))
    for (const [name, what] of [["paste", "clipboardData"], ["drop", "dataTransfer"]]) {
      this.editor.view.dom.addEventListener(name, (event) => this.given(event, event[what]), true)
    }
    this.marks()
  }

  pressed(event) {
    const button = event.target.closest("button")
    const name = button?.dataset.format
    if (name === "picture") this.pick.click()
    else if (name === "link") this.ask()
    else if (name) this.editor.chain().focus()[FORMATS[name]]().run()
    else if (button?.hasAttribute("data-set")) this.setLink()
    else if (button?.hasAttribute("data-unset")) this.answered((chain) => chain.extendMarkRange("link").unsetLink())
  }

  marks() {
    for (const button of this.formats.querySelectorAll("[aria-pressed]")) {
      button.setAttribute("aria-pressed", this.editor?.isActive(NAMES[button.dataset.format]) ?? false)
    }
  }

  ask() {
    const field = this.link.querySelector("input")
    this.link.hidden = false
    field.value = this.editor.getAttributes("link").href ?? ""
    field.focus()
    return true
  }

  setLink() {
    const typed = this.link.querySelector("input").value.trim()
    const href = /^[a-z][a-z+.-]*:/i.test(typed) ? typed : `https://${typed}`
    if (!typed) return this.answered()
    const { empty } = this.editor.state.selection
    if (!empty || this.editor.isActive("link")) return this.answered((chain) => chain.extendMarkRange("link").setLink({ href }))
    this.answered((chain) => chain.insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href } }] }))
  }

  answered(change = (chain) => chain) {
    this.link.hidden = true
    change(this.editor.chain().focus()).run()
  }

  /** Pictures go into the text, other files along with the mail; words that come with a picture are what is meant. */
  given(event, data) {
    const files = [...data.files]
    const pictures = files.filter((file) => PICTURES.includes(file.type))
    if (!pictures.length || data.types.includes("text/html")) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const spot = event.type === "drop" && this.editor.view.posAtCoords({ left: event.clientX, top: event.clientY })
    if (spot) this.editor.commands.setTextSelection(spot.pos)
    this.closest("drop-files")?.removeAttribute("data-over")
    this.show(pictures)
    const others = files.filter((file) => !pictures.includes(file))
    if (others.length) this.closest("drop-files")?.take(event, others)
  }

  async show(files) {
    for (const file of [...files]) {
      const id = await this.closest("auto-save")?.picture(file)
      if (id) this.editor.chain().focus().insertContent({ type: "picture", attrs: { src: `cid:${id}`, alt: file.name } }).run()
    }
  }
}
customElements.define("rich-text", RichText)
