#!/usr/bin/python3
"""Prints the release of a tag as GitLab's Releases API wants it: names of files on standard input, one a line.

    release.py TAG URL CHANGELOG     URL is the folder of the files in the package registry
"""

import json
import re
import sys
from pathlib import Path
from urllib.parse import quote


def section(changelog, version):
    """Returns the text below "## VERSION", up to the next section."""
    match = re.search(rf"^## {re.escape(version)}\b[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return match.group(1).strip() if match else ""


def link(url, name):
    return {"name": name, "url": f"{url}/{quote(name, safe='')}", "direct_asset_path": f"/{name}", "link_type": "package"}


def main():
    tag, url, changelog = sys.argv[1:]
    names = sys.stdin.read().split()
    json.dump(
        {
            "name": f"FS Client Portal {tag.removeprefix('v')}",
            "tag_name": tag,
            "description": section(Path(changelog).read_text(encoding="utf-8"), tag.removeprefix("v")),
            "assets": {"links": [link(url, name) for name in names]},
        },
        sys.stdout,
    )


main()
