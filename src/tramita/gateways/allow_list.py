"""What a mail may be made of when it is shown: elements, attributes, schemes and style, by name (MAIL-43).

Whatever is not named here goes: an element of `DROPPED` with all that is in it, another one but for its words.
"""

from collections.abc import Mapping

_VOID = "input embed source track link meta base area frame param keygen"
_DROPPED = """
    script style template svg math iframe object applet frameset noframes noembed head title select textarea option
    optgroup datalist audio video canvas map xmp plaintext portal fencedframe slot
"""
_TAGS = """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn
    div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s
    samp section small span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var wbr
"""
_PROPERTIES = """
    color background-color font font-family font-size font-style font-weight font-variant text-align text-decoration
    text-indent text-transform letter-spacing word-spacing line-height white-space vertical-align direction
    border-color border-style border-width border-collapse border-spacing border-radius width height max-width
    min-width max-height min-height display float clear list-style-type table-layout word-break word-wrap
    overflow-wrap overflow visibility opacity
"""
_DISPLAYS = """
    none block inline inline-block list-item table inline-table table-row table-cell table-row-group
    table-header-group table-footer-group table-column table-column-group table-caption
"""
_SIDES = ("top", "right", "bottom", "left")

VOID = frozenset(_VOID.split())
DROPPED = VOID | frozenset(_DROPPED.split())
TAGS = frozenset(_TAGS.split())
RENAMED: Mapping[str, str] = {"details": "div", "summary": "div", "form": "div", "listing": "pre", "noscript": "div"}

EVERYWHERE = frozenset({"dir", "lang", "title", "style", "align", "valign", "width", "height", "bgcolor"})
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": frozenset({"alt", "src", "data-tramita-remote", "data-tramita-part"}),
    "table": frozenset({"border", "cellpadding", "cellspacing", "data-tramita-background"}),
    "td": frozenset({"colspan", "rowspan", "nowrap", "data-tramita-background"}),
    "th": frozenset({"colspan", "rowspan", "nowrap", "data-tramita-background"}),
    "tr": frozenset({"data-tramita-background"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "font": frozenset({"color", "face", "size"}),
    "ol": frozenset({"start", "type"}),
    "li": frozenset({"value"}),
    "details": frozenset({"open"}),
}
CLASSES: Mapping[str, frozenset[str]] = {"p": frozenset({"MsoNormal"}), "small": frozenset({"target"})}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
COLOURS = frozenset({"color", "background-color", "bgcolor"})
PROPERTIES = (
    frozenset(_PROPERTIES.split())
    | {"margin", "padding", "border"}
    | {f"{box}-{side}" for box in ("margin", "padding", "border") for side in _SIDES}
    | {f"border-{side}-{what}" for side in _SIDES for what in ("color", "style", "width")}
)
DISPLAYS = frozenset(_DISPLAYS.split())

# what mail programs put around, or before, what they quote (MAIL-41)
QUOTE_CLASSES = frozenset({"gmail_quote", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix"})
QUOTE_IDS = frozenset(
    {"divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container", "OLK_SRC_BODY_SECTION"}
)
