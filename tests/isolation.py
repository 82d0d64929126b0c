"""Loaded before the settings (`-p tests.isolation`): tests keep their files apart from the data of this copy.

Each process of a run has a data folder of its own, removed when it ends, unless DATA_DIR is given.
"""

import atexit
import os
import shutil
import tempfile
from urllib.parse import urlsplit

if "WIDEMARGIN_TEST_DATA" in os.environ or not os.environ.get("DATA_DIR"):
    os.environ["WIDEMARGIN_TEST_DATA"] = os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="widemargin-test-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
# A queue for each process too: Redis has numbered databases.
if os.environ.get("REDIS_URL") and os.environ.get("PYTEST_XDIST_WORKER"):
    _url = urlsplit(os.environ["REDIS_URL"])
    _number = int(_url.path.strip("/") or 0) + 1 + int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
    os.environ["REDIS_URL"] = _url._replace(path=f"/{_number}").geturl()
# Playwright's synchronous interface keeps an event loop in the thread that also asks the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
