"""How Sphinx builds the documentation."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for the extensions of this folder

project = "orderflow"
author = "orderflow contributors"
release = version = installed("orderflow-backorder")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "extensions.diagrams",
    "extensions.signatures",
    "extensions.synonyms",
]
exclude_patterns = ["extensions"]

# A link of a docstring or a hint that leads nowhere is a fault. Single backticks in a docstring
# are a link only if there is such a name. The rest are names that hints show and no page has:
# those of other packages, type variables, and parts of a type that readers have no use for.
nitpicky = True
OTHERS = "array collections datetime decimal http os pathlib ssl sqlalchemy timedelta tzinfo types"
OTHERS += " AsyncConnection AsyncEngine BaseDatabaseWrapper Connection Engine MetaData"
OTHERS += " MeterProvider Path PathLike SearchStrategy TracerProvider UnionType"
INNER = "Announced AvailableUnits C Change Durability Entry FilePart LayoutChoice Notice"
INNER += " NoticeWording OnRefusal OrderChanges OutlookSource ReadFile RepositoryT Server"
INNER += " ServingState Settings Summary T TableT Transactions _Layout"
nitpick_ignore_regex = [
    ("py:obj", ".*"),
    ("py:.*", rf"({'|'.join(OTHERS.split())})(\..*)?"),
    ("py:.*", rf"(orderflow\..*\.)?({'|'.join(INNER.split())})"),
]
html_theme = "furo"
html_title = "orderflow"
html_show_copyright = False
html_static_path = ["_static"]

# What a reader copies is what to type: neither prompts nor output.
copybutton_exclude = ".linenos, .gp, .go"

# A ```mermaid fence is drawn here as it is on the pages of a repository.
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3

default_role = "py:obj"  # `Order` in a docstring leads to the class, where there is one

add_module_names = False  # the page names the module to import from
python_use_unqualified_type_names = True
autodoc_default_options = {"members": True, "undoc-members": True}
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # else a field that its class describes is described twice
