"""Mails that want more than to be read: what must never run, load or cover anything (MAIL-43, MAIL-44)."""

import base64
from collections.abc import Mapping
from email.message import EmailMessage

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg+M/A8B8ABQAB/1bHLw0AAAAASUVORK5CYII="
)

RUN = "top.pwned=1;alert(1)"
HOSTILE = (
    f"<script>{RUN}</script>",
    f"<ScRiPt/x>{RUN}</sCrIpT>",
    f"<img src=x onerror='{RUN}'>",
    f"<img/src=x/onerror={RUN}>",
    f"<body onload='{RUN}'><p onmouseover='{RUN}' onfocus='{RUN}' tabindex=0 autofocus>x</p>",
    f"<svg><script>{RUN}</script></svg><svg onload='{RUN}'></svg>",
    f"<svg><animate onbegin='{RUN}' attributeName=x dur=1s></svg>",
    f"<svg><foreignObject><iframe srcdoc='<script>{RUN}</script>'></iframe></foreignObject></svg>",
    "<svg><image href='https://evil.example/svg.png'/><use href='https://evil.example/x.svg#a'/></svg>",
    f"<a href='javascript:{RUN}'>x</a><a href='JaVa\tScRiPt:{RUN}'>y</a><a href='&#1;javascript:{RUN}'>z</a>",
    f"<a href='data:text/html,<script>{RUN}</script>'>x</a>",
    f"<a href='vbscript:{RUN}'>x</a><a href='file:///etc/passwd'>y</a><a href='//evil.example/'>z</a>",
    f"<iframe src='https://evil.example/'></iframe><iframe srcdoc='<script>{RUN}</script>'></iframe>",
    "<object data='https://evil.example/o.swf'><param name=movie value='https://evil.example/m.swf'></object>",
    "<embed src='https://evil.example/e.swf'><applet code='https://evil.example/a.class'></applet>",
    "<form action='https://evil.example/f'><input name=password autofocus><button formaction=javascript:x>go</button>",
    "<base href='https://evil.example/' target=_top><img src='rel.png'><a href='rel'>x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'><meta http-equiv=set-cookie content=a=b>",
    "<link rel=stylesheet href='https://evil.example/l.css'><link rel=prefetch href='https://evil.example/p'>",
    "<link rel=dns-prefetch href='//dns.evil.example'><link rel=preload as=image href='https://evil.example/q'>",
    "<style>@import url(https://evil.example/i.css); @import 'https://evil.example/j.css';</style>",
    "<style>p{background:url(https://evil.example/b.png)} @font-face{font-family:x;src:url(//evil.example/f)}</style>",
    "<p style=\"background:url('https://evil.example/b.png')\">x</p>",
    "<p style='background-image:\\75rl(https://evil.example/c.png)'>x</p>",
    "<p style='list-style:url(//evil.example/l.png);cursor:url(//evil.example/c);content:url(//evil.example)'>",
    "<p style='background:image-set(\"https://evil.example/s.png\" 1x);mask:url(//evil.example/m.svg#a)'>x</p>",
    f"<p style='width:expression({RUN});behavior:url(//evil.example);-moz-binding:url(//evil.example/x)'>x",
    "<p style='color:red;}*{background:url(https://evil.example/inj.png)}'>x</p>",
    "<p style='color:red/*;*/;position:fixed;inset:0;z-index:2147483647;background:#fff'>cover</p>",
    "<div style='position:absolute;top:-500px;left:-500px;margin:-999px;transform:scale(99)'>cover</div>",
    "<img srcset='https://evil.example/1.png 1x, https://evil.example/2.png 2x'>",
    "<picture><source srcset='https://evil.example/p.webp'><img src='https://evil.example/p.png'></picture>",
    "<img src='//evil.example/pr.png'><img src='http://evil.example/h.png'><img src=' https://evil.example/s.png'>",
    "<img src='https:/\\evil.example/bs.png'><img src='\\\\evil.example\\unc.png'><img src='ht\ntps://evil.example/n'>",
    "<img lowsrc='https://evil.example/l.png' dynsrc='https://evil.example/d' longdesc='https://evil.example/x'>",
    "<table background='https://evil.example/t.png'><tr background='//evil.example/r.png'><td background=x>x</table>",
    "<body background='https://evil.example/body.png' style='background:url(//evil.example/body2.png)'><p>x</p></body>",
    "<video src='https://evil.example/v.mp4' poster='https://evil.example/v.png' autoplay></video>",
    "<audio src='https://evil.example/a.mp3' autoplay></audio><input type=image src='https://evil.example/i.png'>",
    "<a href='https://ok.example/' ping='https://evil.example/ping' download>x</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror='" + RUN + "'></style></mglyph></table></mtext></math>",
    "<math href='javascript:" + RUN + "'>x</math><math><maction actiontype='statusline#x' xlink:href='javascript:x'>y",
    "<svg></p><style><a id=\"</style><img src=1 onerror='" + RUN + "'>\">",
    "<noscript><p title=\"</noscript><img src=x onerror='" + RUN + "'>\"></noscript>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror='" + RUN + "'>",
    "<template><img src=x onerror='" + RUN + "'><script>" + RUN + "</script></template>",
    "<div><template shadowrootmode=open><img src='https://evil.example/shadow.png'></template></div>",
    "<select><style><img src=x onerror='" + RUN + "'></style></select>",
    "<xmp><img src=x onerror='" + RUN + "'></xmp><plaintext><img src=x onerror='" + RUN + "'>",
    "<textarea><img src=x onerror='" + RUN + "'></textarea><title><img src=x onerror='" + RUN + "'></title>",
    "<!--[if mso]><img src='https://evil.example/mso.png'><![endif]--><!--<img src=x onerror='" + RUN + "'>",
    "<![CDATA[<img src=x onerror='" + RUN + "'>]]><?xml-stylesheet href='https://evil.example/x.xsl'?>",
    "<p title='\"><img src=x onerror=" + RUN + ">'>x</p>",
    "<img data-tramita-part='1' data-tramita-remote='https://evil.example/own.png' src=x>",
    "<details open ontoggle='" + RUN + "'><summary>x</summary><marquee onstart='" + RUN + "'>y</marquee></details>",
    "<dialog open style='position:fixed'>x</dialog><p popover id=a>x</p><button popovertarget=a>b</button>",
    "<img src='data:image/svg+xml,<svg onload=" + RUN + ">'><img src='data:text/html;base64,PHNjcmlwdD4='>",
    "<iframe src='data:text/html,<script>"
    + RUN
    + "</script>'></iframe><frameset><frame src='//evil.example'></frameset>",
    "<a href='https://ok.example/' style='display:block;position:fixed;inset:0'>x</a><isindex action='//evil.example'>",
    "<b id=body name=cookie class=mail-frame>x</b><a name=getElementById>x</a><img name=pwned>",
)


def mail(html: str, *, number: int = 0, pictures: Mapping[str, bytes] | None = None, text: str = "") -> bytes:
    """A mail from Rui to the small desk; `harmless N` stands before and in the plain part."""
    made = EmailMessage()
    made["From"], made["To"] = "Rui Sousa <rui.sousa@acme.example>", "invoices@desk.example"
    made["Subject"], made["Message-ID"] = f"Mail {number}", f"<{number}.{abs(hash(html))}@acme.example>"
    made.set_content(text or f"harmless {number}")
    made.add_alternative(f"<p>harmless {number}</p>{html}", subtype="html")
    body = made.get_payload()[1]
    for name, content in (pictures or {}).items():
        body.add_related(content, maintype="image", subtype="png", cid=f"<{name}>", filename=f"{name}.png")
    return made.as_bytes()
