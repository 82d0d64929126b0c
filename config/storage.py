"""Static files under names that carry their hash, ES module imports included."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import` lines of our modules to the hashed names, so that they may be cached for ever."""

    support_js_module_import_aggregation = True
    #: Our own modules alone: htmx' extensions import names that only a bundler knows.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )
