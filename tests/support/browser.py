"""A real headless Chromium over its own pipe: what a page asks the network for, says on its console, and looks like."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--remote-debugging-pipe",
)  # fmt: skip
AXE = Path(os.environ.get("LOYALTYSIM_AXE", "node_modules/axe-core/axe.min.js"))
MUST = bool(os.environ.get("LOYALTYSIM_BROWSER"))
needs_browser = pytest.mark.skipif(PROGRAM is None and not MUST, reason="Chromium is not installed")
needs_axe = pytest.mark.skipif(not AXE.exists() and not MUST, reason="LOYALTYSIM_AXE does not name axe.min.js")


class Browser:
    """One Chromium with one page open; commands and events are the DevTools protocol's."""

    def __init__(self, home: Path) -> None:
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        command = [str(PROGRAM), *FLAGS, f"--user-data-dir={home}", "about:blank"]
        line = f'exec "$@" 3<&{read_there} 4>&{write_there}'
        self._process = subprocess.Popen(
            ["bash", "-c", line, "bash", *command], pass_fds=(read_there, write_there), stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(read_there)
        os.close(write_there)
        self._out, self._in = os.fdopen(write_here, "wb", buffering=0), os.fdopen(read_here, "rb")
        self._number, self._rest, self._session = 0, b"", ""
        self.events: list[dict[str, Any]] = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session = ""
        try:
            self("Browser.close")
        finally:
            self._process.wait(timeout=30)
            self._out.close()
            self._in.close()

    def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Carry out a command and give its result; events that come meanwhile are kept."""
        self._number += 1
        told = {"id": self._number, "method": method, "params": parameters}
        told |= {"sessionId": self._session} if self._session else {}
        self._out.write(json.dumps(told).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == self._number:
                assert "error" not in message, message["error"]
                result: dict[str, Any] = message["result"]
                return result
            self.events.append(message)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._in.fileno(), 1 << 20)
            assert piece, "Chromium ended"
            self._rest += piece
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def open(self, page: Path) -> None:
        """Open a file and wait until it is loaded."""
        self.visit(page.as_uri())

    def visit(self, address: str) -> None:
        """Open an address and wait until it is loaded."""
        self.events.clear()
        self("Page.navigate", url=address)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def value(self, expression: str) -> Any:
        """Give what an expression in the page comes to; promises are awaited."""
        found = self("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def becomes(self, condition: str) -> bool:
        """Tell whether a condition in the page comes true; gives up after half a minute."""
        return bool(
            self.value(
                "new Promise(done => { const begun = Date.now(), look = () => { "
                f"if ({condition}) done(true); else if (Date.now() - begun > 30000) done(false); "
                "else setTimeout(look, 20); }; look(); })"
            )
        )

    def found_by_axe(self, *rules: str) -> list[dict[str, Any]]:
        """Give what axe-core finds wrong with the page (by all its rules, or by some): rule, impact and the first places."""
        only = f"runOnly: {list(rules)}, " if rules else ""
        self.value(AXE.read_text() + "; undefined")
        found: list[dict[str, Any]] = self.value(
            f"axe.run(document, {{{only}resultTypes: ['violations']}}).then(found => found.violations.map("
            "({id, impact, nodes}) => ({id, impact, nodes: nodes.slice(0, 3).map(node => node.html.slice(0, 200))})))"
        )
        return found

    def media(self, kind: str = "", scheme: str = "light") -> None:
        """Pretend to be a printer or a screen, light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self("Emulation.setEmulatedMedia", media=kind, features=features)

    def size(self, width: int, height: int) -> None:
        """Make the window so many pixels large."""
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def pdf(self) -> bytes:
        """Print the page on A4, as its own style says."""
        printed = self("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(printed["data"])

    def asked_for(self) -> list[str]:
        """Give every address that the page asked for since it was opened."""
        sent = [event for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def complaints(self) -> list[str]:
        """Give what was logged or thrown since the page was opened."""
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"])[:300] for event in self.events if event.get("method") in kinds]
