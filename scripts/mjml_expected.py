"""Compiles tests/data/mjml/components.toml by npm's mjml 4 and keeps the shape of each mail in expected.json.

Run it from the top of the clone after a component was added: `python scripts/mjml_expected.py`. It needs npm and node;
the tests need neither.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.factories.mjml_shape import shape_of  # noqa: E402 - after the path is set

VERSION = "4.18.0"
DATA = ROOT / "tests" / "data" / "mjml"
_COMPILE = """
const mjml = require('mjml');
const sources = JSON.parse(require('fs').readFileSync(0));
(async () => {
  const compiled = {};
  for (const name in sources) {
    const options = {validationLevel: 'strict', fonts: {}, keepComments: true};
    compiled[name] = (await mjml(sources[name], options)).html;
  }
  console.log(JSON.stringify(compiled));
})();
"""


def main() -> None:
    """Rewrites expected.json. Exits with npm's or node's own message if one of them fails."""
    sources = tomllib.loads((DATA / "components.toml").read_text())
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", f"mjml@{VERSION}"], cwd=folder, check=True)
        node = ["node", "-e", _COMPILE]
        done = subprocess.run(node, cwd=folder, input=json.dumps(sources).encode(), capture_output=True, check=True)
    shapes = {name: shape_of(html) for name, html in json.loads(done.stdout).items()}
    text = json.dumps({"mjml": VERSION, "shapes": shapes}, ensure_ascii=False, indent=0)
    (DATA / "expected.json").write_text(text + "\n")
    sys.stdout.write(f"{len(shapes)} mails by mjml {VERSION}\n")


if __name__ == "__main__":
    main()
