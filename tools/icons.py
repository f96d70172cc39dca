"""The icons by which a phone keeps the portal, drawn from the one in SVG: python -m tools.icons (needs Chromium).

One fills its square, for systems that cut out a shape of their own: what must be seen stays inside of the safe middle.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent.parent / "src" / "tramita" / "ui" / "static" / "ui"
CHROMIUM = "/usr/bin/chromium"
GROUND = "#2a4fbd"
SIZES = {"tramita-180.png": (180, True), "tramita-192.png": (192, False), "tramita-512.png": (512, True)}  # filled?


def main() -> None:
    drawing = (FOLDER / "tramita.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox"])
        for name, (size, filled) in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            ground = f"background:{GROUND}" if filled else ""
            look = f"html,body{{margin:0;{ground}}}svg{{display:block;width:100vmin}}"
            page.set_content(f"<style>{look}</style>{drawing}")
            page.screenshot(path=FOLDER / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
