"""Do what Discord's client does with a modal: fill in its fields, check them, and send them."""

from __future__ import annotations

from typing import Any

from .errors import PersonError

TEXT_INPUT = 4
Option = dict[str, Any]


def fill_modal(modal: dict[str, Any], values: dict[str, Any]) -> list[Option]:
    """Return a modal's submitted components. ``values`` are by custom id or label; other fields keep their
    initial value.

    Raises:
        PersonError: a value has no field, a required field is empty, or a text is too short or too long.
    """
    left = dict(values)
    filled = [_fill_component(component, left, component) for component in modal["components"]]
    if left:
        raise PersonError(f"the modal {modal['title']!r} has no fields {sorted(left)}")
    return [component for component in filled if component]


def _fill_component(component: Option, left: dict[str, Any], label: Option) -> Option:
    if "components" in component:
        inner = [_fill_component(part, left, part) for part in component["components"]]
        return {"type": component["type"], "components": inner}
    if "component" in component:
        return {
            "type": component["type"],
            "component": _fill_component(component["component"], left, component),
        }
    if "custom_id" not in component:
        return {"type": component["type"]}
    custom_id = component["custom_id"]
    name = custom_id if custom_id in left else label.get("label", custom_id)
    filled = {"type": component["type"], "custom_id": custom_id}
    if component["type"] == TEXT_INPUT:
        return filled | {"value": _checked_text(component, left.pop(name, component.get("value") or ""))}
    chosen = left.pop(
        name, [option["value"] for option in component.get("options", []) if option.get("default")]
    )
    return filled | {"values": [chosen] if isinstance(chosen, str) else list(chosen)}


def _checked_text(field: Option, text: str) -> str:
    if field.get("required", True) and not text:
        raise PersonError(f"the field {field['custom_id']!r} must be filled in")
    if text and not field.get("min_length", 0) <= len(text) <= (field.get("max_length") or 4000):
        raise PersonError(f"the field {field['custom_id']!r} does not take {len(text)} characters")
    return text
