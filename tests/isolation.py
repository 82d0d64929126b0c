"""Loaded before the settings (`-p tests.isolation`): tests keep their files apart from the data of this copy.

Each process of a run has a data folder of its own, removed when it ends, unless DATA_DIR is given.
"""

import atexit
import os
import shutil
import tempfile

if "WIDEMARGIN_TEST_DATA" in os.environ or not os.environ.get("DATA_DIR"):
    os.environ["WIDEMARGIN_TEST_DATA"] = os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="widemargin-test-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
# Playwright's synchronous interface keeps an event loop in the thread that also asks the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
