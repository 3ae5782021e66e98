"""What PyPI `mjml` draws otherwise than npm's mjml 4, component by component; `compile_mjml` registers them.

Each mend is held by tests/data/mjml/components.json, which npm's compiler wrote.
"""

from __future__ import annotations

import re
from typing import Any

from mjml.elements import (
    MjAccordionElement,
    MjButton,
    MjColumn,
    MjDivider,
    MjGroup,
    MjImage,
    MjSection,
    MjSocialElement,
    MjTable,
    MjText,
    MjWrapper,
)
from mjml.elements.mj_social_element import IMG_BASE_URL, defaultSocialNetworks
from mjml.helpers import borderParser
from mjml.helpers.conditional_tag import conditionalTag

Styles = dict[str, dict[str, Any]]
_SEPARATE = {"border-collapse": "separate"}  # a mail collapses all tables; such have square corners
_ICON_THEN_TEXT = re.compile(r"(<tr[^>]*>)\s*(<td .*?</table>\s*</td>)(.*)(</tr>\s*)$", re.S)

_X = {"background-color": "#000000", "src": f"{IMG_BASE_URL}twitter-x.png"}
defaultSocialNetworks.setdefault("x", {**_X, "share-url": "https://twitter.com/intent/tweet?url=[[URL]]"})
defaultSocialNetworks.setdefault("x-noshare", {**_X, "share-url": "[[URL]]"})


class Column(MjColumn):  # type: ignore[misc]
    """`inner-border` raised TypeError: its width was read like a padding's. Round corners were square."""

    def getShorthandAttrValue(self, attribute: str, direction: str, attr_with_direction: bool = True) -> Any:  # noqa: N802
        if attribute == "inner-border":
            border = self.getAttribute(f"inner-border-{direction}") or self.getAttribute("inner-border")
            return borderParser(border or "0")
        return super().getShorthandAttrValue(attribute, direction, attr_with_direction)

    def get_styles(self) -> Styles:
        styles: Styles = super().get_styles()
        rounded = _SEPARATE if self.getAttribute("border-radius") else {}
        inner = _SEPARATE if self.getAttribute("inner-border-radius") else {}
        table = styles["table"] | inner | ({} if self.hasGutter() else rounded)
        return styles | {"table": table, "gutter": styles["gutter"] | rounded}

    def html_attrs(self, **attrs: Any) -> str:
        if attrs.get("width") == "100%" and "style" not in attrs and self.getAttribute("border-radius"):
            attrs["style"] = _SEPARATE
        return str(super().html_attrs(**attrs))


class _RoundCorners:
    """A section's border was square where its corners are round."""

    def get_styles(self) -> Styles:
        styles: Styles = super().get_styles()  # type: ignore[misc]
        radius = self.getAttribute("border-radius")  # type: ignore[attr-defined]
        without = {
            name: {key: value for key, value in styles[name].items() if key != "border-radius"}
            for name in ("table", "tableFullwidth")
        }
        if not radius:
            return styles | without
        return styles | {
            "tableFullwidth": without["tableFullwidth"],
            "table": without["table"] | _SEPARATE,
            "td": styles["td"] | {"border-radius": radius},
            "div": styles["div"] | {"overflow": "hidden"},
        }


class Section(_RoundCorners, MjSection):  # type: ignore[misc]
    """See `_RoundCorners`."""


class Wrapper(_RoundCorners, MjWrapper):  # type: ignore[misc]
    """See `_RoundCorners`."""


class Table(MjTable):  # type: ignore[misc]
    """`cellspacing` had no effect."""

    def get_styles(self) -> Styles:
        styles: Styles = super().get_styles()
        number = re.sub(r"[^\d.]", "", str(self.getAttribute("cellspacing") or ""))
        return {"table": styles["table"] | (_SEPARATE if number.strip(".") and float(number) > 0 else {})}


class Text(MjText):  # type: ignore[misc]
    """With a `height`, the table that is for Outlook alone was shown by all."""

    def render(self) -> str:
        if not (height := self.getAttribute("height")):
            return str(super().render())
        table = '<table role="presentation" border="0" cellpadding="0" cellspacing="0">'
        cell = f'<tr><td height="{height}" style="vertical-align:top;height:{height};">'
        before, after = conditionalTag(table + cell), conditionalTag("</td></tr></table>")
        return f"{before}{self._render_content()}{after}"


class Divider(MjDivider):  # type: ignore[misc]
    """`align` was ignored, and Outlook's width took the padding off after the percentage, not before."""

    def get_styles(self) -> Styles:
        margins = {"left": "0px", "right": "0px 0px 0px auto"}
        styles: Styles = super().get_styles()
        margin = margins.get(self.getAttribute("align"), "0px auto")
        return {name: {**style, "margin": margin} for name, style in styles.items()}

    def getOutlookWidth(self) -> str:  # noqa: N802
        width = str(self.getAttribute("width"))
        if not width.endswith("%"):
            return str(super().getOutlookWidth())
        padding = self.getShorthandAttrValue("padding", "left") + self.getShorthandAttrValue("padding", "right")
        inner = float(str(self.context["containerWidth"]).removesuffix("px")) - padding
        return f"{inner * int(float(width[:-1])) / 100:g}px"

    def renderAfter(self) -> str:  # noqa: N802
        align = self.getAttribute("align")
        return str(super().renderAfter()).replace('align="center"', f'align="{align}"', 1)


class Image(MjImage):  # type: ignore[misc]
    """A linked picture's `title` and any picture's `sizes` were dropped."""

    @classmethod
    def allowed_attrs(cls) -> dict[str, str]:
        return {**super().allowed_attrs(), "sizes": "string"}

    def html_attrs(self, **attrs: Any) -> str:
        if "src" in attrs:
            attrs["sizes"] = self.getAttribute("sizes")
        if "href" in attrs:
            attrs["title"] = self.getAttribute("title")
        return str(super().html_attrs(**attrs))


class Button(MjButton):  # type: ignore[misc]
    """`title` was dropped."""

    @classmethod
    def allowed_attrs(cls) -> dict[str, str]:
        return {**super().allowed_attrs(), "title": "string"}

    def html_attrs(self, **attrs: Any) -> str:
        if attrs.get("style") == "content":
            attrs["title"] = self.getAttribute("title")
        return str(super().html_attrs(**attrs))


class SocialElement(MjSocialElement):  # type: ignore[misc]
    """`icon-position` and the padding of single sides were ignored, and the network `x` was not known."""

    @classmethod
    def allowed_attrs(cls) -> dict[str, str]:
        return {**super().allowed_attrs(), "icon-position": "enum(left,right)", "css-class": "string"}

    def get_styles(self) -> Styles:
        styles: Styles = super().get_styles()
        sides = {f"padding-{side}": self.getAttribute(f"padding-{side}") for side in ("top", "right", "bottom", "left")}
        return styles | {"td": styles["td"] | {name: value for name, value in sides.items() if value}}

    def render(self) -> str:
        html = str(super().render())
        if self.getAttribute("icon-position") != "right":
            return html
        return _ICON_THEN_TEXT.sub(r"\1\3\2\4", html)


class AccordionElement(MjAccordionElement):  # type: ignore[misc]
    """Its `font-family` did not reach its title and text."""

    def getChildContext(self) -> dict[str, Any]:  # noqa: N802
        return {**super().getChildContext(), "elementFontFamily": self.getAttribute("font-family")}


def _turned(component: Any, **defaults: str) -> Any:
    """The component with other defaults, for languages written from right to left."""

    inherited = component.default_attrs
    turned = type(component.__name__, (component,), {})
    turned.default_attrs = classmethod(lambda _: {**inherited(), **defaults})  # type: ignore[attr-defined]
    return turned


_BOTH = [Divider, Image, Button, SocialElement, AccordionElement]
MENDED = {
    "ltr": [Column, Section, Wrapper, MjGroup, Text, Table, *_BOTH],
    "rtl": [
        *(_turned(component, direction="rtl") for component in (Column, Section, Wrapper, MjGroup)),
        *(_turned(component, align="right") for component in (Text, Table)),
        *_BOTH,
    ],
}
