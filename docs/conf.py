"""How Sphinx makes the pages: `make docs`."""

project = "Tramita"
author = "The Tramita developers"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Tramita"
html_show_copyright = False
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["rules.txt"]
suppress_warnings = [
    "misc.highlighting_failure",
    "myst.xref_missing",
]  # links to files beside docs/ are meant for the repository's own view
