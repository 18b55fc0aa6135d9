"""manage.py for several commands, one an argument: prints a JSON list with what each of them printed."""
import contextlib
import io
import json
import os
import shlex
import sys

from django.core.management import execute_from_command_line

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
printed = []
for line in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        execute_from_command_line(["manage.py", *shlex.split(line), "--no-color"])
    printed.append(out.getvalue())
print(json.dumps(printed))
