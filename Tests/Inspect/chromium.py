# Loci, Apache License 2.0.
"""Chromium without a window, by the DevTools protocol over pipes: the standard library is enough."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile

# Some minutes: what a loaded machine may take for one answer, and no measure of anything.
PATIENCE = 300

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

KEYS = {
    "Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), " ": (32, " "), "Home": (36, ""),
    "ArrowLeft": (37, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, ""),
    "+": (187, "+"), "-": (189, "-"), "/": (191, "/"), "0": (48, "0"),
}


def program():
    """The browser's path, or None. LOCI_CHROMIUM names another."""
    named = os.environ.get("LOCI_CHROMIUM")
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


class BrowserError(Exception):
    """What the browser refused, or a script that threw."""


class Browser:
    """One browser with one page at a time; everything that it says goes into `events`."""

    def __init__(self, path):
        self.folder = tempfile.mkdtemp(prefix="loci-chromium-")
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def descriptors():
            # The protocol's own: 3 to read, 4 to write. High ones first, so that none is overwritten before it is copied.
            high = (os.dup2(to_browser, 103), os.dup2(from_browser, 104))
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [
                path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
                "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "about:blank",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=descriptors,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.rest = b""
        self.number = 0
        self.events = []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.folder, ignore_errors=True)

    def message(self):
        """The next one that the browser sends."""
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.read_end], [], [], PATIENCE)
            part = os.read(self.read_end, 1 << 20) if ready else b""
            if not part:
                raise BrowserError("the browser ended" if ready else "the browser does not answer")
            self.rest += part
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        rest = json.dumps(request).encode() + b"\0"
        while rest:
            rest = rest[os.write(self.write_end, rest):]
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def evaluate(self, script):
        """The value of an expression on the page; promises are waited for."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            details = found["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return found["result"].get("value")

    def size(self, width, height, ratio=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=ratio, mobile=False)

    def media(self, **features):
        """What the reader prefers: media(prefers_color_scheme="dark")."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=named)

    def open(self, path):
        """Opens a file, and waits until it says that it can be used."""
        self.events.clear()
        self.call("Page.navigate", url="file://" + path)
        self.evaluate(
            "new Promise((done) => { const look = () => location.protocol === 'file:' && document.documentElement?.dataset.ready"
            " ? done(true) : requestAnimationFrame(look); look(); })"
        )

    def frames(self, count=2):
        """Waits until the page was drawn so many times."""
        self.evaluate(
            f"new Promise((done) => {{ let left = {count}; const next = () => left-- > 0 ? requestAnimationFrame(next) : done(true); next(); }})"
        )

    def place(self, selector):
        """The middle of an element, which is scrolled into sight."""
        found = self.evaluate(
            f"(() => {{ const node = document.querySelector({json.dumps(selector)}); if (!node) return null;"
            " node.scrollIntoView({block: 'center', behavior: 'instant'}); const box = node.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        if found is None:
            raise BrowserError(f"there is no {selector}")
        return found

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click_at(self, x, y):
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)
        self.frames()

    def click(self, selector):
        self.click_at(*self.place(selector))

    def drag(self, x, y, dx, dy):
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        for step in range(1, 5):
            self.mouse("mouseMoved", x + dx * step / 4, y + dy * step / 4, button="left", buttons=1)
        self.mouse("mouseReleased", x + dx, y + dy, button="left", clickCount=1)
        self.frames()

    def wheel(self, x, y, delta):
        self.mouse("mouseWheel", x, y, deltaX=0, deltaY=delta)
        self.frames()

    def type(self, text):
        self.call("Input.insertText", text=text)

    def key(self, name, shift=False):
        code, text = KEYS[name]
        common = {"key": name, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)
        self.frames()

    def screenshot(self, path, whole=False):
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def faults(self):
        """What went wrong on the page, and what it asked the network for."""
        self.evaluate("1")
        found = []
        for event in self.events:
            method, given = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                details = given["exceptionDetails"]
                found.append(details.get("exception", {}).get("description", details["text"]))
            elif method == "Runtime.consoleAPICalled" and given["type"] in ("error", "warning", "assert"):
                found.append(f"console: {given['args']}")
            elif method == "Log.entryAdded" and given["entry"]["level"] in ("error", "warning"):
                found.append(f"log: {given['entry']['text']}")
            elif method == "Network.requestWillBeSent" and not given["request"]["url"].startswith("file://"):
                found.append(f"request: {given['request']['url']}")
            elif method == "Network.requestWillBeSent" and given["type"] != "Document":
                found.append(f"another file: {given['request']['url']}")
        return found
