"""Boxes as JSON: `{"form": "cms1500", "pages": [{"1a": "...", "24D.1": "..."}]}`."""

import json

from forms.filling import Filled


def to_boxes(filled: Filled) -> str:
    """A form as JSON text, indented by two, with a line break at the end."""
    body = {"form": filled.form, "pages": filled.pages}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
