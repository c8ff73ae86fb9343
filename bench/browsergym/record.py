"""Records what BrowserGym shows of a page, as the goldens of envs/web/browser.

Our own pages (testdata/pages) and, where GYM_MINIWOB names the folder with core and miniwob, some MiniWoB++ pages are
opened in this machine's Chromium and read by BrowserGym's own functions, before and after each expression of STEPS. All
pages are answered for http://gym.test, as in our own driver, so that addresses in the goldens mean the same.

    build/peers-web/bin/python bench/browsergym/record.py [page ...]
"""
import json
import logging
import mimetypes
import os
import pathlib
import shutil
import sys

import playwright.sync_api
from browsergym.core import observation
from browsergym.utils.obs import flatten_axtree_to_str, flatten_dom_to_str, prune_html

DATA = pathlib.Path(__file__).resolve().parents[2] / "envs/web/browser/testdata"
CHROME = shutil.which("chromium") or shutil.which("google-chrome")
ORIGIN = "http://gym.test"
SEED = 7

by_id = "document.getElementById('{}')".format
click = (by_id("{}") + ".click()").format

# What is evaluated in a page between one snapshot and the next.
STEPS = {
    "forms": ["document.forms[0].name.value = 'Grace'; document.forms[0].c[1].checked = true; document.forms[0].c[0].checked = false",
              "document.querySelector('textarea').value = 'new'; document.querySelector('[type=number]').focus()"],
    "table": [], "lists": ["document.querySelector('ol').prepend(document.createElement('li'))"], "generics": [],
    "aria": ["document.querySelector('[role=status]').textContent = 'twice'; document.querySelector('[role=combobox]').focus()"],
    "frames": ["frames[0].document.getElementById('add').click(); frames[0].document.getElementById('i').focus()",
               "document.querySelectorAll('iframe')[1].remove(); frames[0].scrollTo(0, 150)",
               "scrollTo(0, 100000)"],
    "shadow": [by_id("outer") + ".shadowRoot.querySelector('input').focus(); " + by_id("end") + ".textContent = 'ended'",
               by_id("host") + ".append(document.createElement('button'))"],
    "hidden": [by_id("over") + ".remove(); document.querySelector('details').open = true"],
    "scroll": [by_id("box") + ".scrollTop = 75; " + by_id("wide") + ".scrollLeft = 130", "scrollTo(40, 321)"],
    "images": [],
    "widgets": [click("ask"), by_id("dl") + ".close(); " + by_id("d") + ".open = true; " + click("busy"),
                by_id("po") + ".showPopover(); " + by_id("ce") + ".focus()", by_id("t") + ".click(); " + by_id("in") + ".select()"],
    "text": [],
    "change": [click("add"), click("before"), click("after"), click("cut"), click("move"), click("html")],
    "select": [by_id("s") + ".value = '1'; " + by_id("m") + ".options[1].selected = true; " + by_id("r2") + ".click()",
               by_id("t") + ".value = 'filled'; " + by_id("i") + ".value = 'in'; " + click("c") + "; " + by_id("m") + ".focus()"],
    "marks": [],
}
pick = "document.querySelector('{}').click()".format
MINIWOB = {
    "click-button": [], "click-checkboxes": [pick("#area input")], "email-inbox": [pick(".email-thread")], "book-flight": [],
    "choose-date": ["jQuery.fx.off = true; jQuery('#datepicker').datepicker('show')"], "click-tab-2": [pick("#ui-id-2")],
    "login-user": [by_id("username") + ".focus()"], "search-engine": [], "navigate-tree": [pick("#tree li .folder")],
    "social-media": [], "choose-list": ["document.querySelector('select').selectedIndex = 3"], "text-editor": [],
    "use-slider": [], "enter-time": [], "read-table": [], "click-scroll-list": [], "multi-layouts": [],
}
EXTRA = dict(with_visible=True, with_clickable=True, with_center_coords=True, with_bounding_box_coords=True, with_som=True)


def snapshot(page, scale):
    """What BrowserEnv._get_obs does, and what agents then make of it."""
    observation._pre_extract(page)
    dom = observation.extract_dom_snapshot(page)
    tree = observation.extract_merged_axtree(page)
    focused = observation.extract_focused_element_bid(page)
    props = observation.extract_dom_extra_properties(dom, scale_factor=scale)
    observation._post_extract(page)
    return {
        "axtree": flatten_axtree_to_str(tree), "marked": flatten_axtree_to_str(tree, props, **EXTRA),
        "html": prune_html(flatten_dom_to_str(dom)), "focused": focused,
        "marks": {bid: [p["visibility"], p["bbox"], p["clickable"], p["set_of_marks"]] for bid, p in props.items()},
    }


def answer(folder):
    def fulfil(route):
        path = folder / route.request.url[len(ORIGIN) + 1:].split("?")[0].split("#")[0]
        if not path.is_file():
            return route.fulfill(status=404, body="")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        route.fulfill(body=path.read_bytes(), headers={"Content-Type": kind + ("; charset=utf-8" if kind == "text/html" else "")})
    return fulfil


def record(browser, name, folder, path, viewport, scale, start, steps):
    context = browser.new_context(viewport=viewport)
    context.route("**/*", answer(folder))
    page = context.new_page()
    page.goto(f"{ORIGIN}/{path}")
    if start:
        page.evaluate(start)
        page.wait_for_function("() => WOB_TASK_READY")
    shots = []
    for do in ["", *steps]:
        if do:
            page.evaluate(f"() => {{ {do} }}")
            page.wait_for_timeout(500)  # BrowserEnv's pre_observation_delay: Chrome's accessibility tree is another without it
        shots.append({"do": do, **snapshot(page, scale)})
        if do:
            del shots[-1]["marked"]  # once is enough
    context.close()
    golden = {"page": path, "width": viewport["width"], "height": viewport["height"], "scale": scale, "seed": SEED, "url": f"{ORIGIN}/{path}", "shots": shots}
    text = json.dumps(golden, ensure_ascii=False, separators=(",", ":")).replace('{"do":', '\n{"do":')
    (DATA / "browsergym" / f"{name}.json").write_text(text.encode("utf-8", "surrogatepass").decode("utf-8") + "\n")
    print(name, len(text), file=sys.stderr)


def main():
    logging.disable()
    only = sys.argv[1:]
    (DATA / "browsergym").mkdir(exist_ok=True)
    with playwright.sync_api.sync_playwright() as pw:
        # The arguments are BrowserEnv.reset's.
        browser = pw.chromium.launch(executable_path=CHROME, args=["--disable-features=OverlayScrollbars,ExtendedOverlayScrollbars"],
                                     ignore_default_args=["--hide-scrollbars"])
        for name, steps in STEPS.items():
            if not only or name in only:
                record(browser, name, DATA / "pages", name + ".html", {"width": 1280, "height": 720}, 1.0, "", steps)
        miniwob = os.environ.get("GYM_MINIWOB")
        start = (DATA / "miniwob_start.js").read_text().replace("SEED", str(SEED))
        for name, steps in MINIWOB.items() if miniwob else ():
            if not only or name in only:
                record(browser, "miniwob-" + name, pathlib.Path(miniwob), f"miniwob/{name}.html", {"width": 332, "height": 214}, 1.5, start, steps)
        browser.close()


if __name__ == "__main__":
    main()
