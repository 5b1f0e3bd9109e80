"""Validates QTI 3.0 packages against the schemas that 1EdTech publishes.

    pip install lxml
    python reference/qti/validate.py --schemas FOLDER package.zip …

FOLDER holds the schemas as they lie under https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/ (names below), with
those that they import. Their licence does not let us ship them. Without --schemas, lxml is told to load them from
there. Prints one line a fault, `file:line message`, and ends with 1 where there is any.
"""

import argparse
import io
import os
import sys
import zipfile

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
PURL = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/"
MANIFEST = ["imsqtiv3p0_imscpv1p2_v1p0.xsd"]
# The base binding; else the SBAC profile, which is the base binding without `data-*` attributes: what is valid by it,
# and has none of the attributes that it adds, is valid by the base binding.
ITEM = ["imsqti_asiv3p0p1_v1p0.xsd", "imsqti_asiv3p0_v1p0.xsd", "imsqti_asiv3p0_sbacv1p0_v1p0.xsd"]


def load(folder: str | None, names: list[str]) -> tuple[etree.XMLSchema, str]:
    if folder is None:
        return etree.XMLSchema(etree.parse(PURL + names[0])), names[0]
    for name in names:
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            continue
        tree = etree.parse(path)
        # Speech markup is never in a package of ours, and its schema is a chain of three more.
        for element in list(tree.iter(XS + "element")):
            if (element.get("ref") or "").startswith("ssml11:"):
                element.getparent().remove(element)
        return etree.XMLSchema(tree), name
    raise SystemExit(f"none of {', '.join(names)} is in {folder}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schemas", help="folder of the schemas")
    parser.add_argument("packages", nargs="+")
    options = parser.parse_args()
    manifest, manifest_name = load(options.schemas, MANIFEST)
    item, item_name = load(options.schemas, ITEM)
    safe = etree.XMLParser(resolve_entities=False, no_network=True)
    faults = files = 0
    for path in options.packages:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if not name.endswith(".xml"):
                    continue
                files += 1
                document = etree.parse(io.BytesIO(package.read(name)), safe)
                schema = manifest if name.endswith("imsmanifest.xml") else item
                if not schema.validate(document):
                    for entry in schema.error_log:
                        faults += 1
                        print(f"{path}/{name}:{entry.line} {entry.message}")
    print(f"{files} files against {manifest_name} and {item_name}: {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
