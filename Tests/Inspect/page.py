# Loci, Apache License 2.0.
"""The page of `loci inspect` in Chromium: clicked, typed into, hovered over and looked at."""

import json
import os
import sys

from chromium import Browser, program
from fixtures import HOSTILE, Folder
from report import Report

VIEW = "lociInspect.current.map"
# A number for what a canvas shows: two pictures that differ have different ones, but for chance.
PICTURE = (
    "((canvas) => { const text = canvas.toDataURL(); let sum = 7;"
    " for (let i = 0; i < text.length; i += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0; return sum; })"
)


def picture(browser, canvas):
    return browser.evaluate(f"{PICTURE}(document.querySelector('canvas.{canvas}'))")


def text(browser, selector):
    return browser.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? null")


def pixel(browser, point):
    """Where a point is in the window."""
    browser.place("canvas.over")
    return browser.evaluate(
        f"(() => {{ const view = {VIEW}; const box = view.over.getBoundingClientRect();"
        f" return [box.x + view.column(view.points.x[{point}]), box.y + view.row(view.points.y[{point}])]; }})()"
    )


def until(browser, condition):
    """Waits, frame by frame, until something holds: a test that waits in vain fails by the browser's own patience."""
    browser.evaluate(
        f"new Promise((done) => {{ const look = () => ({condition}) ? done(true) : requestAnimationFrame(look); look(); }})"
    )


def type_wanted(browser, wanted):
    browser.click("#wanted")
    browser.evaluate("document.getElementById('wanted').select()")
    browser.type(wanted)
    browser.key("Enter")
    browser.frames()


def large(report, browser, folder, shots):
    """Twenty thousand points, which the page searches by itself."""
    rows = folder.points()
    browser.open(folder.page("points.html", "points.loci", "points", "--color-by", "kind"))
    stats = browser.evaluate(f"{VIEW}.stats")
    report.equal("all points are drawn", stats["drawn"], 20_000)
    report.expect("it can be used after a few frames", stats["frames"] <= 4, stats)
    report.equal("the colour that was asked for", browser.evaluate("document.getElementById('colour').value"), "kind")
    first = picture(browser, "points")
    report.expect("points are seen", browser.evaluate(
        f"(() => {{ const data = {VIEW}.image.data; let other = 0;"
        " for (let i = 4; i < data.length; i += 4) if (data[i] !== data[0] || data[i + 1] !== data[1]) other += 1; return other; })()") > 20_000)
    shots("points-light")

    # Hovering looks at a few points, and not at all.
    x, y = pixel(browser, 123)
    browser.mouse("mouseMoved", x, y)
    browser.frames()
    nearest = browser.evaluate(f"{VIEW}.hovered")
    expected = browser.evaluate(
        f"(() => {{ const v = {VIEW}; let [best, least] = [-1, Infinity]; for (let p = 0; p < v.points.count; p += 1) {{"
        " const far = (v.points.x[p] - v.points.x[123]) ** 2 + (v.points.y[p] - v.points.y[123]) ** 2;"
        " if (far < least) [best, least] = [p, far]; } return best; })()")
    report.equal("the nearest point is hovered over", nearest, expected)
    report.expect("by looking at a few", 0 < browser.evaluate(f"{VIEW}.stats.looked") < 2_000, browser.evaluate(f"{VIEW}.stats"))
    tip = text(browser, "#tip") or ""
    report.expect("its identifier and attributes are shown", f"item {nearest}" in tip and rows[nearest]["attributes"]["kind"] in tip, tip)
    report.equal("without a frame of all points", browser.evaluate(f"{VIEW}.stats.frames"), stats["frames"])

    # Moving and zooming.
    scale = browser.evaluate(f"{VIEW}.scale")
    browser.wheel(x, y, -240)
    report.expect("the wheel zooms in", browser.evaluate(f"{VIEW}.scale") > 1.5 * scale)
    moved = pixel(browser, 123)
    report.expect("what is under the pointer stays there", abs(moved[0] - x) < 1.5 and abs(moved[1] - y) < 1.5, f"{moved} {x} {y}")
    report.expect("the picture is another", picture(browser, "points") != first)
    before = pixel(browser, 123)
    browser.drag(x, y, 60, -35)
    after = pixel(browser, 123)
    report.expect("the map is dragged", abs(after[0] - before[0] - 60) < 1.5 and abs(after[1] - before[1] + 35) < 1.5, f"{before} {after}")
    report.equal("dragging picks nothing", browser.evaluate("lociInspect.current.selected"), -1)
    browser.click('[aria-label="Show all"]')
    report.equal("all is shown again", picture(browser, "points"), first)
    browser.click('[aria-label="Zoom in"]')
    report.expect("a button zooms", browser.evaluate(f"{VIEW}.scale") > 1.4 * scale)
    browser.click('[aria-label="Show all"]')

    # Picking: the way is drawn, hop by hop.
    bare = picture(browser, "over")
    browser.click_at(*pixel(browser, 777))
    picked = browser.evaluate("lociInspect.current.selected")
    report.expect("a point is picked", picked >= 0 and text(browser, ".details h3") == f"item {picked}", picked)
    way = browser.evaluate("(({hops, found, entries}) => ({hops, found, entries}))(lociInspect.current.path.path)")
    report.expect("its search has hops", len(way["hops"]) >= 10 and way["found"][0][0] == picked, way["found"][:2])
    report.expect("and each hop was met from an earlier one", all(
        origin < place and (origin >= 0 or vertex in way["entries"]) for place, (vertex, origin, _, _) in enumerate(way["hops"])))
    report.expect("the way is drawn", picture(browser, "over") != bare)
    # What is hovered over has a ring, too.
    browser.mouse("mouseMoved", 5, 5)
    browser.frames()
    whole = picture(browser, "over")
    browser.evaluate("document.getElementById('step').focus()")
    browser.key("Home")
    report.equal("the slider goes to the beginning", text(browser, ".player output"), f"0 / {len(way['hops'])}")
    pictures = {picture(browser, "over")}
    for step in range(1, 4):
        browser.key("ArrowRight")
        pictures.add(picture(browser, "over"))
    report.equal("and hop by hop", text(browser, ".player output"), f"3 / {len(way['hops'])}")
    report.equal("each hop is seen", len(pictures), 4)
    browser.click("#play")
    until(browser, "document.querySelector('.player output').textContent.startsWith('7 ')")
    browser.click("#play")
    stopped = text(browser, ".player output")
    report.equal("play can be stopped", text(browser, "#play"), "Play")
    browser.frames(30)
    report.equal("and stands", text(browser, ".player output"), stopped)
    browser.click("#play")
    until(browser, "lociInspect.current.path.step === lociInspect.current.path.path.hops.length && !lociInspect.current.path.timer")
    report.equal("play comes to the end", picture(browser, "over"), whole)
    browser.click(".hop-list summary")
    browser.click(".hops li:nth-child(5) button")
    report.equal("a hop of the list can be chosen", text(browser, ".player output"), f"5 / {len(way['hops'])}")
    browser.click('[aria-label="Show the search"]')
    shots("points-path")
    browser.key("Escape")
    report.expect("escape clears it", browser.evaluate("lociInspect.current.selected === -1 && document.querySelector('.path').hidden"))

    # Typing.
    browser.click('[aria-label="Show all"]')
    type_wanted(browser, "item 4321")
    report.equal("an identifier is found", browser.evaluate("lociInspect.current.selected"), 4321)
    vector = rows[15]["vector"]
    for separator in (" ", ", ", ",", "\t"):
        type_wanted(browser, separator.join(map(str, vector)))
        found = browser.evaluate("lociInspect.current.path.path.found[0][0]")
        report.equal(f"a vector, apart by {separator!r}", found, 15)
    report.equal("a vector picks no point", browser.evaluate("lociInspect.current.selected"), -1)
    for wanted, said in (
        ("1 2 3", "That is 3 numbers; vectors here have 8."), ("nobody", "No vector on the map is called “nobody”."),
        ("1 2 3 4 5 6 7 x", "No vector on the map is called “1 2 3 4 5 6 7 x”."),
    ):
        type_wanted(browser, wanted)
        report.equal(f"refused: {wanted}", text(browser, "#problem"), said)
    type_wanted(browser, "item 4321")
    report.equal("what was refused is forgotten", text(browser, "#problem"), "")

    # The page's own searches against measuring all of its copies.
    recall = browser.evaluate(
        "(() => { const walker = lociInspect.current.walker; let hits = 0; for (let query = 0; query < 40; query += 1) {"
        " const vector = walker.vector(query * 499); const way = walker.search(vector); const own = way.found.map(([point]) => point);"
        " const all = Array.from({length: walker.count}, (_, point) => [point, walker.vector(point).reduce((sum, v, i) => sum + (v - vector[i]) ** 2, 0)]);"
        " all.sort((a, b) => a[1] - b[1]); hits += all.slice(0, 10).filter(([point]) => own.includes(point)).length; } return hits / 400; })()")
    report.expect("its searches find nearly all", recall >= 0.9, recall)
    work = browser.evaluate("(() => { const walker = lociInspect.current.walker; walker.search(walker.vector(5)); return walker.measured; })()")
    report.expect("without measuring all", 100 < work < 10_000, work)

    # Colours and their legend.
    browser.key("Escape")
    browser.click('[aria-label="Show all"]')
    plain = picture(browser, "points")
    browser.click(".legend button")
    report.equal("a value is pressed", browser.evaluate("document.querySelector('.legend button').getAttribute('aria-pressed')"), "true")
    report.expect("the others step back", picture(browser, "points") != plain)
    browser.click(".legend button")
    report.equal("and come back", picture(browser, "points"), plain)
    for field, shown in (("price", ".gradient"), ("time", ".gradient"), ("", None)):
        browser.evaluate(f"(() => {{ const box = document.getElementById('colour'); box.value = {json.dumps(field)}; box.dispatchEvent(new Event('change')); }})()")
        browser.frames()
        report.expect(f"coloured by {field or 'nothing'}", picture(browser, "points") != plain and (shown is None or browser.evaluate(f"!!document.querySelector('{shown}')")))
    report.expect("times are shown as such", "2020-09" in browser.evaluate(
        "(() => { const box = document.getElementById('colour'); box.value = 'time'; box.dispatchEvent(new Event('change')); return document.querySelector('.ends').innerText; })()"))
    report.expect("figures are drawn", browser.evaluate("document.querySelectorAll('.figures .card svg').length") >= 6)
    report.equal("nothing went wrong, and nothing was asked of a network", browser.faults(), [])


def keyboard(report, browser, folder):
    """Everything without a mouse."""
    browser.open(folder.file("points.html"))
    browser.key("Tab")
    report.equal("first the way past the head", text(browser, ":focus"), "Skip to the map")
    browser.evaluate("document.querySelector('canvas.over').scrollIntoView({block: 'center'})")
    for _ in range(20):
        browser.key("Tab")
        if browser.evaluate("document.activeElement.tagName") == "CANVAS":
            break
    report.equal("the map is reached by Tab", browser.evaluate("document.activeElement.className"), "over")
    report.expect("its focus is seen", browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none")
    report.expect("and what Enter would pick", browser.evaluate(f"{VIEW}.isKeyed"))
    start = browser.evaluate(f"[{VIEW}.left, {VIEW}.top, {VIEW}.scale]")
    for key, place, sign in (("ArrowRight", 0, -1), ("ArrowLeft", 0, 1), ("ArrowDown", 1, -1), ("ArrowUp", 1, 1), ("+", 2, 1), ("-", 2, -1)):
        before = browser.evaluate(f"[{VIEW}.left, {VIEW}.top, {VIEW}.scale]")
        browser.key(key)
        after = browser.evaluate(f"[{VIEW}.left, {VIEW}.top, {VIEW}.scale]")
        report.expect(f"{key} moves it", (after[place] - before[place]) * sign > 0, f"{before} {after}")
    browser.key("0")
    report.equal("0 shows all", browser.evaluate(f"[{VIEW}.left, {VIEW}.top, {VIEW}.scale]"), start)
    browser.key("Enter")
    picked = browser.evaluate("lociInspect.current.selected")
    expected = browser.evaluate(
        f"(() => {{ const v = {VIEW}; let [best, least] = [-1, Infinity]; for (let p = 0; p < v.points.count; p += 1) {{"
        f" const far = (v.column(v.points.x[p]) - v.width / 2) ** 2 + (v.row(v.points.y[p]) - v.height / 2) ** 2;"
        " if (far < least) [best, least] = [p, far]; } return best; })()")
    report.equal("Enter picks the nearest to the middle", picked, expected)
    report.expect("it is told", (browser.evaluate("document.getElementById('told').textContent") or "").startswith(f"Search for item {picked}"))
    browser.key("/")
    report.equal("/ goes to the search", browser.evaluate("document.activeElement.id"), "wanted")
    report.equal("and types nothing", browser.evaluate("document.activeElement.value"), "")
    browser.type("item 9")
    browser.key("/")
    report.equal("but is typed where one types", browser.evaluate("document.activeElement.value"), "item 9/")
    browser.key("Escape")
    report.equal("escape clears", browser.evaluate("lociInspect.current.selected"), -1)
    unnamed = browser.evaluate(
        "[...document.querySelectorAll('button, input, select, canvas.over, [role=button], svg[role=img]')].filter((node) =>"
        " !(node.getAttribute('aria-label') || node.innerText?.trim() || node.labels?.length || node.getAttribute('title'))).map((node) => node.outerHTML.slice(0, 80))")
    report.equal("everything has a name", unnamed, [])
    report.equal("nothing went wrong", browser.faults(), [])


def recorded(report, browser, folder):
    """A page that has searches of the engine, as for collections that are too large."""
    os.remove(folder.file("points.loci"))
    rows = folder.points(count=3_000)
    given = " ".join(str(value) for value in rows[2]["vector"])
    browser.open(folder.page(
        "recorded.html", "points.loci", "points", "--sample", "1000", "--query", "item 7", "--query", given))
    report.expect("it says so", "as the engine made them" in text(browser, "#wanted-said"))
    report.equal("the map has a sample", browser.evaluate(f"{VIEW}.points.count"), 1_000)
    labels = browser.evaluate("[...document.querySelectorAll('#recorded option')].map((option) => option.textContent)")
    report.equal("those that were asked for come first", [label[:13] for label in labels[1:3]], ["asked: item 7", ("asked: " + given)[:13]])
    report.equal("and 200 of the map", len(labels), 1 + 2 + 200)
    bare = picture(browser, "over")
    browser.evaluate("(() => { const box = document.getElementById('recorded'); box.value = '1'; box.dispatchEvent(new Event('change')); })()")
    browser.frames()
    way = browser.evaluate("(({hops, found, at}) => ({hops, nearest: at(found[0][0]).id}))(lociInspect.current.path.path)")
    report.expect("a vector that was given", way["nearest"] == "item 2" and len(way["hops"]) > 5, way["nearest"])
    report.expect("is drawn", picture(browser, "over") != bare)
    report.expect("and told as the engine's", "As the engine went, with window 64" in text(browser, "#path-said"), text(browser, "#path-said"))
    type_wanted(browser, "item 7")
    report.equal("typed, too", browser.evaluate("lociInspect.current.path.path.at(lociInspect.current.path.path.found[0][0]).id"), "item 7")
    label = labels[-1]
    type_wanted(browser, label)
    report.equal("one of the map", text(browser, ".details h3"), label)
    report.equal("its search finds itself", browser.evaluate("lociInspect.current.path.path.at(lociInspect.current.path.path.found[0][0]).id"), label)
    type_wanted(browser, "1 2 3 4 5 6 7 8")
    report.expect("what it cannot do is refused with a remedy", "make it anew with --query" in text(browser, "#problem"), text(browser, "#problem"))
    report.equal("nothing went wrong", browser.faults(), [])


def hostile(report, browser, folder):
    """Names and attributes that mean to break out."""
    rows = folder.hostile()
    browser.open(folder.page("hostile.html", "hostile.loci", "<b>&\"'"))
    report.equal("the name is a text", text(browser, "h1"), "<b>&\"'")
    report.equal("the title, too", browser.evaluate("document.title"), "<b>&\"' · loci inspect")
    report.equal("identifiers are what they were", browser.evaluate(f"{VIEW}.points.ids"), [row["id"] for row in rows])
    for place in range(len(HOSTILE)):
        browser.evaluate(f"lociInspect.current.pick({place})")
        report.equal(f"shown as it is: {HOSTILE[place]!r}", browser.evaluate("document.querySelector('.details h3').textContent"), HOSTILE[place])
        x, y = pixel(browser, place)
        browser.mouse("mouseMoved", x, y)
    browser.evaluate("(() => { const box = document.getElementById('colour'); box.value = 'kind'; box.dispatchEvent(new Event('change')); })()")
    report.expect("a small collection is measured", "there is no graph to walk" in text(browser, "#path-said"))
    report.equal("and finds itself", browser.evaluate("lociInspect.current.path.path.found[0][0]"), len(HOSTILE) - 1)
    browser.frames()
    report.equal("nothing ran", browser.evaluate("globalThis.broken ?? null"), None)
    report.equal("there is no element of theirs", browser.evaluate("document.querySelectorAll('img, b:not(.mark b)').length"), 0)
    report.equal("nothing went wrong", browser.faults(), [])
    report.equal("the network is closed to the page", browser.evaluate("fetch('http://127.0.0.1:9/').then(() => 'open', () => 'closed')"), "closed")


def memory(report, browser, folder, shots):
    """A memory: times, links, and what questions recall."""
    sessions = folder.memory()
    question = "Who is lending Ruth a concertina?"
    browser.open(folder.page("memory.html", "memory.loci", "demo/friends", "--question", question, "--question", "When is the naming party?"))
    report.equal("the memory's name", text(browser, "h1"), "demo/friends")
    report.equal("a bar a session", browser.evaluate("document.querySelectorAll('#timeline .session').length"), len(sessions))
    shots("memory-light")
    plain = picture(browser, "points")
    browser.click("#timeline .session:nth-of-type(3)")
    report.expect("a session is shown", picture(browser, "points") != plain and "turns" in text(browser, "#session-said"))
    browser.click("#timeline .session:nth-of-type(3)")
    report.equal("and put back", picture(browser, "points"), plain)
    report.equal("both questions", browser.evaluate("[...document.querySelectorAll('.recall h3')].map((node) => node.textContent)"), [question, "When is the naming party?"])
    report.equal("ten passages each", browser.evaluate("[...document.querySelectorAll('.passages')].map((list) => list.children.length)"), [10, 10])
    why = text(browser, ".passage .why")
    report.expect("and why", why.startswith("score ") and "dense" in why and "lexical" in why, why)
    browser.click(".passage")
    report.equal("a passage is on the map", browser.evaluate("lociInspect.current.points.ids[lociInspect.current.selected]"), browser.evaluate("lociInspect.current.subject.memory.recalls[0].answer.passages[0].id"))
    bare = picture(browser, "over")
    browser.click("#recall-0")
    report.expect("a recall is drawn", picture(browser, "over") != bare and browser.evaluate("lociInspect.current.recall.points.length") == 10)
    browser.evaluate("document.getElementById('map').scrollIntoView({block: 'center', behavior: 'instant'})")
    shots("memory-recall")
    browser.key("Escape")
    bare = picture(browser, "over")
    browser.click("#draw-links")
    report.expect("links are drawn", picture(browser, "over") != bare)
    shots("memory-links")
    browser.click("#draw-links")
    report.equal("and taken away", picture(browser, "over"), bare)
    report.equal("the strongest links are listed", browser.evaluate("document.querySelectorAll('#links tbody tr').length"), 12)
    browser.click("#links .unit")
    report.expect("a unit of them can be picked", browser.evaluate("lociInspect.current.selected") >= 0)
    report.equal("nothing went wrong", browser.faults(), [])


def whole(report, browser, folder):
    """All of a database, one after the other; and one with nothing in it."""
    folder.loci("build", "memory.loci", "points", "--from", "hostile.jsonl", "--quiet")
    browser.open(folder.page("all.html", "memory.loci"))
    options = browser.evaluate("[...document.querySelectorAll('#subject option')].map((option) => option.textContent)")
    report.equal("collections and memories can be chosen", options, ["points", "demo/friends (memory)"])
    report.equal("the first is shown", text(browser, "h1"), "points")
    browser.evaluate("(() => { const box = document.getElementById('subject'); box.value = '1'; box.dispatchEvent(new Event('change')); })()")
    browser.frames()
    report.equal("then the other", text(browser, "h1"), "demo/friends")
    report.expect("with its map", browser.evaluate(f"{VIEW}.stats.drawn") > 400)
    report.equal("and no question", browser.evaluate("document.querySelectorAll('.recall').length"), 0)
    report.equal("nothing went wrong", browser.faults(), [])
    folder.loci("build", "empty.loci", "gone", "--from", "hostile.jsonl", "--quiet")
    folder.loci("drop", "empty.loci", "gone")
    browser.open(folder.page("empty.html", "empty.loci"))
    report.equal("an empty file", text(browser, "main"), "There are no collections and no memories in this file.")
    report.equal("nothing went wrong there", browser.faults(), [])


def looks(report, browser, folder, shots):
    """Light, dark, narrow, and without motion."""
    browser.open(folder.file("points.html"))
    light = (picture(browser, "points"), browser.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    browser.media(prefers_color_scheme="dark")
    browser.frames(4)
    dark = (picture(browser, "points"), browser.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    report.expect("dark is another picture", light[0] != dark[0] and light[1] != dark[1], f"{light} {dark}")
    browser.evaluate("lociInspect.current.pick(777)")
    browser.frames()
    shots("points-dark")
    browser.media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    browser.frames(4)
    report.expect("without motion, nothing moves by itself", browser.evaluate("lociInspect.current.path.reduced.matches && !lociInspect.current.path.timer"))
    for width, height in ((390, 844), (768, 1024), (1920, 1080)):
        browser.size(width, height)
        browser.frames(4)
        wide = browser.evaluate("document.documentElement.scrollWidth")
        report.expect(f"nothing is beyond the side at {width}", wide <= width, wide)
        report.expect(f"the map is there at {width}", browser.evaluate(f"{VIEW}.width > 250 && {VIEW}.height >= 400"))
    browser.size(390, 844)
    browser.frames(4)
    shots("points-narrow")
    browser.size(1440, 1000)
    browser.media()
    report.equal("nothing went wrong", browser.faults(), [])


def main():
    report = Report("page")
    folder_of_shots = os.environ.get("LOCI_SCREENSHOTS")
    path = program()
    if path is None:
        report.skip("everything", "Chromium is not installed (Debian: apt-get install chromium)")
        return report.finish()
    with Folder() as folder, Browser(path) as browser:
        browser.size(1440, 1000)

        def shots(name):
            if folder_of_shots:
                browser.screenshot(os.path.join(folder_of_shots, name + ".png"))

        large(report, browser, folder, shots)
        keyboard(report, browser, folder)
        looks(report, browser, folder, shots)
        hostile(report, browser, folder)
        memory(report, browser, folder, shots)
        whole(report, browser, folder)
        recorded(report, browser, folder)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
