"""How Sphinx builds the documentation."""

from __future__ import annotations

from importlib.metadata import version as installed

project = "orderflow"
author = "orderflow contributors"
release = version = installed("orderflow-backorder")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinxcontrib.mermaid",
]
html_theme = "furo"
html_title = "orderflow"

# A ```mermaid fence is drawn here as it is on the pages of a repository.
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3

default_role = "py:obj"  # `Order` in a docstring leads to the class, where there is one

autodoc_default_options = {"members": True, "undoc-members": True}
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # else a field that its class describes is described twice
