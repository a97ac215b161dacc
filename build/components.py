#!/usr/bin/python3
"""Reads a CycloneDX document, and prints it without what differs at each build and without what only development needs."""
import json
import sys

DEVELOPMENT = {"name": "cdx:npm:package:development", "value": "true"}

document = json.load(sys.stdin)
document.pop("serialNumber", None)
document["metadata"].pop("timestamp", None)
dropped = {c["bom-ref"] for c in document["components"] if DEVELOPMENT in c.get("properties", [])}
document["components"] = [c for c in document["components"] if c["bom-ref"] not in dropped]
document["dependencies"] = [
    {**d, "dependsOn": [ref for ref in d.get("dependsOn", []) if ref not in dropped]}
    for d in document.get("dependencies", []) if d["ref"] not in dropped
]
json.dump(document, sys.stdout, indent=1, sort_keys=True)
