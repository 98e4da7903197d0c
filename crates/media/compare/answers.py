"""Asks Mamori's example program `pdq-of-files` about files."""

import json
import subprocess

# Also for a large file in a debug build on a busy machine.
SECONDS_MAX = 120


def line_for(program, path, seconds_max):
    """The answer about one file; a crash or a hang is an answer of its own kind."""
    try:
        run = subprocess.run([program, path], capture_output=True, timeout=seconds_max)
        return json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        return {"error": f"no answer within {seconds_max} s", "kind": "hang"}
    except json.JSONDecodeError:
        last = run.stderr.decode(errors="replace").strip().splitlines()[-1:]
        return {"error": f"exit status {run.returncode} {' '.join(last)}", "kind": "crash"}


def about(program, paths, seconds_max=SECONDS_MAX):
    """The answer for each path, in the order of `paths`."""
    names = "\n".join(map(str, paths))
    try:
        run = subprocess.run([program], input=names, capture_output=True, text=True, check=True,
                             timeout=seconds_max)
        answers = list(map(json.loads, run.stdout.splitlines()))
        if len(answers) == len(paths):
            return answers
    except (subprocess.SubprocessError, json.JSONDecodeError):
        pass  # One of them breaks the program: each alone tells which.
    return [line_for(program, path, seconds_max) for path in paths]
