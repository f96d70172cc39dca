/** `<filter-list>`: typing into its search field hides the entries (`data-filter`) that lack one of the words. */
class FilterList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", (event) => {
      const words = event.target.value.toLocaleLowerCase().split(/\s+/)
      for (const entry of this.querySelectorAll("[data-filter]")) {
        const text = entry.dataset.filter.toLocaleLowerCase()
        entry.hidden = !words.every((word) => text.includes(word))
      }
    })
  }
}
customElements.define("filter-list", FilterList)
