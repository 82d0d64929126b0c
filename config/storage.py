"""Static files under names that carry their hash, ES module imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import` lines of our modules to the hashed names, so that they may be cached for ever."""

    support_js_module_import_aggregation = True
