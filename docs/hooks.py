"""What the docs site is made of beside the pages in this folder: the menu, pages made from the code, and files from outside.

Links to files outside this folder (a scenario, CONTRIBUTING.md) lead to a page made of that file. A page that stands in no
chapter below is put at the end of the last one, so that a new page is never lost.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS: dict[str, list[str]] = {
    "Tutorial": ["tutorial/first-run.md", "tutorial/your-own-question.md", "notebooks/README.md", "notebooks/*.md"],
    "How to": ["how-to/*.md", "scenarios.md"],
    "Reference": [
        "reference/commands.md", "reference/python.md", "results.md", "parameters.md", "reference/metrics.md", "scenarios/*.md", "CONTRIBUTING.md", "CHANGELOG.md",
    ],
    "Explanation": [
        "odd.md", "calibration.md", "validation.md", "performance.md", "decisions.md", "clusters.md", "evidence/*.md", "adr/index.md", "adr/*.md",
    ],
}  # fmt: skip
"""Chapters of the menu, each with its pages in order; what does not exist is left out."""
FOLDED = {"notebooks": "Notebooks", "scenarios": "Scenario files", "evidence": "Evidence", "adr": "Decision records"}
"""Folders whose pages are a menu of their own."""
SKIP = re.compile(r"<body\b[^>]*>")
LINK = re.compile(r"(\]\()([^)\s]+)(\))")


def outside() -> dict[str, str]:
    """Give each file outside this folder that is a page, by its path in the repository: the page's address."""
    pages = {
        "README.md": "index.md",
        "docs/adr": "adr/index.md",
        "scenarios": "scenarios.md",
        "docs/adr/": "adr/index.md",
    }
    pages |= {name: name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "notebooks/README.md")}
    pages |= {
        f"scenarios/{path.name}": f"scenarios/{path.stem}.md" for path in sorted((ROOT / "scenarios").glob("*.yml"))
    }
    pages |= {
        f"notebooks/{path.name}": f"notebooks/{path.stem}.md" for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    }
    return pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and lay out the menu."""
    for address, text in made().items():
        files.append(File.generated(config, address, content=text))
    pages = [file.src_uri for file in files.documentation_pages()]
    config.nav = menu(pages)
    return files


def made() -> dict[str, str]:
    """Give the text of each page that is made from the code or from a file outside this folder."""
    texts = {name: (ROOT / name).read_text() for name in ("CONTRIBUTING.md", "CHANGELOG.md", "notebooks/README.md")}
    for path in sorted((ROOT / "scenarios").glob("*.yml")):
        texts[f"scenarios/{path.stem}.md"] = f"# {path.name}\n\n```yaml\n{path.read_text().rstrip()}\n```\n"
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        texts[f"notebooks/{path.stem}.md"] = notebook(path)
    texts["reference/python.md"] = python_page()
    texts["reference/metrics.md"] = metrics_page()
    texts["adr/index.md"] = decisions_page()
    return texts


def notebook(path: Path) -> str:
    """Show a notebook's text and code; what it prints is for the reader to predict."""
    parts = []
    for cell in json.loads(path.read_text())["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source.replace("<details>", '<details markdown="1">'))
        elif not cell["metadata"].get("tags"):
            parts.append(f"```python\n{source}\n```")
    return "\n\n".join(parts) + "\n"


def python_page() -> str:
    """Document every public name, from where it is defined."""
    from loyaltysim import _PLACES
    from loyaltysim.reporting.charts import charts

    head = "# Python\n\nThe same verbs as on the command line, and what they give back: `import loyaltysim as ls`.\n"
    beside = [
        "loyaltysim.study.Study",
        "loyaltysim.study.CustomerLife",
        "loyaltysim.experiments.customer_value.CustomerValue",
        "loyaltysim.study.Decision",
        "loyaltysim.plots",
        *(f"{each.draw.__module__}.{name}" for name, each in charts().items()),
    ]
    names = [f"{defined(place, name)}.{name}" for name, place in _PLACES.items()]
    return head + "".join(f"\n::: {name}\n" for name in dict.fromkeys([*names, *beside]))


def defined(place: str, name: str) -> str:
    """Give the module in which a public name is defined."""
    import importlib

    return str(getattr(getattr(importlib.import_module(place), name), "__module__", place))


def metrics_page() -> str:
    """List every metric from its declaration."""
    from loyaltysim.mechanisms import CATALOG

    rows = "".join(
        f"| `{name}` | {metric.doc} | {metric.unit} | {metric.over} | {metric.better or ''} | {metric.owner} |\n".replace(
            "$", "\\$"
        )
        for name, metric in CATALOG.items()
    )
    return (
        "# Metrics\n\nEvery outcome that a run records, made from the declarations. `months.parquet` has them month by month, `summary.csv` as one figure a replication: "
        "the *end* of the horizon, the *sum* or *mean* over months, or a pooled *ratio*; *close*: reckoned from the whole horizon.\n\n"
        f"| metric | meaning | unit | figure | better | mechanism |\n|---|---|---|---|---|---|\n{rows}"
    )


def decisions_page() -> str:
    """List the decision records by their titles."""
    lines = []
    for path in sorted((ROOT / "docs/adr").glob("*.md")):
        title = path.read_text().split("\n", 1)[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.name})")
    return "# Decision records\n\nWhy things are as they are.\n\n" + "\n".join(lines) + "\n"


def menu(pages: list[str]) -> list[Any]:
    """Lay out the pages by chapters."""
    left = [page for page in sorted(pages) if page != "index.md"]
    laid: list[Any] = ["index.md"]
    for chapter, wanted in CHAPTERS.items():
        entries: list[Any] = []
        for pattern in wanted:
            folder, _, name = pattern.rpartition("/")
            found = [page for page in left if page == pattern or (name == "*.md" and posixpath.dirname(page) == folder)]
            left = [page for page in left if page not in found]
            if folder in FOLDED and entries and isinstance(entries[-1], dict) and FOLDED[folder] in entries[-1]:
                entries[-1][FOLDED[folder]] += found
            elif folder in FOLDED and found:
                entries.append({FOLDED[folder]: found})
            else:
                entries += found
        laid.append({chapter: entries})
    laid[-1][list(CHAPTERS)[-1]] += left
    return laid


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to files outside this folder lead to the pages that are made of them."""
    here = source_of(page.file.src_uri)
    known = outside()

    def led(match: re.Match[str]) -> str:
        target, _, anchor = match[2].partition("#")
        if "://" in target or not target:
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
        address = known.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if address is None and (ROOT / path).exists():
            return f"{match[1].removesuffix('](')}](#){{ title='{path} in the repository' }}"
        if address is None:
            raise PluginError(f"{here}: there is no {path} to link to")
        relative = posixpath.relpath(address, posixpath.dirname(page.file.src_uri) or ".")
        return f"{match[1]}{relative}{'#' + anchor if anchor else ''}{match[3]}"

    return "".join(part if code else LINK.sub(led, part) for code, part in passages(markdown))


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let the keyboard reach what may be wider than the window: code, and tables, each in a box of its own."""
    boxed = re.sub(r"(<table[ >].*?</table>)", r'<div class="wide" tabindex="0">\1</div>', html, flags=re.DOTALL)
    return re.sub(r"<pre(?=[ >])", '<pre tabindex="0"', boxed)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Begin a page with a way past the menu."""
    return with_a_way_past_the_menu(output)


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Begin the pages that stand in no menu (search, not found) with it, too."""
    return with_a_way_past_the_menu(output_content) if template_name.endswith(".html") else output_content


def with_a_way_past_the_menu(output: str) -> str:
    """Put a link to the text before everything else: the theme has no block there."""
    return SKIP.sub(r'\g<0><a class="skip" href="#text">Skip to the text</a>', output).replace(
        '<div role="main"', '<div role="main" id="text" tabindex="-1"', 1
    )


def passages(markdown: str) -> list[tuple[bool, str]]:
    """Cut a text into code and prose."""
    parts = re.split(r"(^```.*?^```[^\n]*$)", markdown, flags=re.MULTILINE | re.DOTALL)
    return [(part.startswith("```"), part) for part in parts]


def source_of(address: str) -> str:
    """Give the path in the repository of the file that a page is made of."""
    by_page = {page: path for path, page in outside().items() if os.path.isfile(ROOT / path) and path != "README.md"}
    return by_page.get(address, f"docs/{address}")
