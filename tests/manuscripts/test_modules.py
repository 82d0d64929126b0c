"""Pages name all modules that their scripts need."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

from manuscripts.templatetags.widemargin import all_imports

STATIC = Path(settings.BASE_DIR) / "static"
ROOTS = sorted(str(path.relative_to(STATIC)) for path in (STATIC / "js" / "modules").glob("*.js"))


@pytest.mark.parametrize("root", ROOTS)
def test_all_that_a_module_imports_is_found_and_nothing_else(root):
    found = all_imports(root)
    reached = set()
    for module in (root, *found):
        folder = (STATIC / module).parent
        for line in (STATIC / module).read_text().splitlines():
            if line.startswith(("import ", "export ", "} from")) and (named := re.search(r'"(\..*\.js)"', line)):
                reached.add((folder / named[1]).resolve())
    assert {(STATIC / module).resolve() for module in found} == reached - {(STATIC / root).resolve()}
    assert len(found) == len(set(found))


def test_a_page_starts_its_modules_and_preloads_each_import_once():
    html = Template("{% load widemargin %}{% modules 'js/modules/desk.js' 'js/modules/answers.js' %}").render(Context())
    scripts = re.findall(r'<script type="module" src="/static/([^"]+)">', html)
    assert scripts == ["js/modules/desk.js", "js/modules/answers.js"]
    preloaded = re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', html)
    assert len(preloaded) == len(set(preloaded))
    assert set(preloaded) == {*all_imports("js/modules/desk.js"), *all_imports("js/modules/answers.js")}


def test_a_module_that_there_is_not_is_told():
    with pytest.raises(ValueError, match="There is no module"):
        Template("{% load widemargin %}{% modules 'js/modules/nowhere.js' %}").render(Context())
