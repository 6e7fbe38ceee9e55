"""Known vulnerabilities of the packages that are installed from locks/: ``python bench/audit.py UV``.

Ends with 0 where every package was looked up and none has any, with 1 where some have, with 2 where they
could not be looked up: no answer is not a good one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TOOL = "pip-audit==2.10.1"
LOCKS = Path(__file__).resolve().parents[1] / "locks"
_LISTED = 10


def main(uv: str) -> int:
    """Look up every package of the fullest lock, and say what came of it."""
    command = [
        uv,
        "tool",
        "run",
        "-q",
        TOOL,
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
    ]
    asked = [*command, "-f", "json", "-r", str(LOCKS / "full.lock")]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    except OSError:
        print(f"Nothing is known: there is no uv at {uv}, which fetches {TOOL}.")
        return 2
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        why = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        print(f"Nothing is known: no database of vulnerabilities could be reached ({why[0][:160]}).")
        return 2
    known = [p for p in packages if "skip_reason" not in p]
    found = [(p["name"], p["version"], v["id"], v["fix_versions"]) for p in known for v in p["vulns"]]
    for name, version, vulnerability, mended in found:
        print(f"{name} {version}: {vulnerability}, mended in {', '.join(mended) or 'no version yet'}")
    unknown = [p["name"] for p in packages if "skip_reason" in p]
    if unknown:
        more = f" and {len(unknown) - _LISTED} more" if len(unknown) > _LISTED else ""
        print(
            f"Not known of {len(unknown)} of {len(packages)} packages, which the database does not have: "
            f"{', '.join(unknown[:_LISTED])}{more}."
        )
    print(f"{len(known)} of {len(packages)} packages looked up, {len(found)} known vulnerabilities.")
    return 1 if found else 2 if unknown else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
