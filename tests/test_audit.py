"""`make audit`: no answer is not a good one."""

import json
import subprocess
import sys

import pytest

from aftersales.contract.params import ROOT

NONE = {"name": "pandas", "version": "3.0.0", "vulns": []}
SOME = {"name": "lxml", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "arrow", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (json.dumps({"dependencies": [NONE]}), 0, "1 of 1 packages looked up, 0 known"),
        (json.dumps({"dependencies": [NONE, SOME]}), 1, "lxml 1.0: PYSEC-1, mended in 1.1"),
        (json.dumps({"dependencies": [SOME, UNKNOWN]}), 1, "Not known of 1 of 2 packages"),
        (json.dumps({"dependencies": [UNKNOWN]}), 2, "0 of 1 packages looked up"),
        ("Traceback", 2, "Nothing is known: no database"),
        ("", 2, "Nothing is known: no database"),
        (None, 2, "there is no uv"),
    ],
)
def test_what_an_audit_comes_to(tmp_path, answer, code, told):
    uv = tmp_path / "uv"
    if answer is not None:
        uv.write_text(f"#!{sys.executable}\nprint({answer!r})\n")
        uv.chmod(0o700)
    done = subprocess.run([sys.executable, ROOT / "bench/audit.py", uv], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert told in done.stdout
