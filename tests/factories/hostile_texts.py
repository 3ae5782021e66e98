"""Texts that mean harm, by what they try. Names are test ids, so they are plain."""

from __future__ import annotations

TEMPLATES = {
    "jinja": "{{7*7}}",
    "jinja-raw": "{% raw %}{{7*7}}{% endraw %}",
    "jinja-comment": "{# gone #}kept",
    "jinja-class": "{{ ''.__class__.__mro__ }}",
    "percent": "%(name)s %s %d 100 %",
    "format": "{0} {name!r} {brand.__class__}",
    "erb": "<%= 7*7 %> ${7*7} #{7*7}",
    "token": "\\1 \\g<0> $1",
}
HEADERS = {
    "crlf": "a\r\nBcc: all@evil.example",
    "lf": "a\nX-Evil: 1",
    "cr": "a\rX-Evil: 1",
    "line-separator": "a\u2028X-Evil: 1",
    "paragraph-separator": "a\u2029X-Evil: 1",
    "next-line": "a\u0085X-Evil: 1",
    "vertical-tab": "a\x0bX-Evil: 1",
    "encoded-word": "=?utf-8?q?a=0D=0ABcc:_all@evil.example?=",
    "percent-crlf": "a%0d%0aX-Evil: 1",
}
FORMULAS = {
    "equals": '=HYPERLINK("https://evil.example","x")',
    "plus": "+1+1",
    "minus": "-1+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "tab": "\t=1+1",
    "blank": " =1+1",
    "wide": "\uff1d1+1",
    "no-break": "\u00a0=1+1",
    "bom": "\ufeff=1+1",
    "joiner": "\u200b=1+1",
    "quote": '"=1+1',
    "separator": 'a;=1+1,"=1+1',
}
MARKUP = {
    "script": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "image": "<img src=x onerror=alert(1)>",
    "close": "</title></textarea></style><svg/onload=alert(1)>",
    "mjml": "</mj-text><mj-raw><script>1</script></mj-raw>",
    "cdata": "]]><!-- --><![CDATA[x]]>&amp;&lt;&#60;",
    "sql": "'; DROP TABLE people; -- %",
    "like": "%_\\%_",
}
SHAPES = {
    "nul": "a\0b",
    "override": "\u202egnp.exe\u202c",
    "isolate": "a\u2067b",
    "zalgo": "Z" + "\u0300\u0489\u035c" * 60,
    "family": "👩‍👩‍👧‍👦🏳️‍🌈" * 4,
    "long-word": "W" * 5000,
    "megabyte": "M" * 1_000_000,
    "astral": "𝒳" * 300,
    "noncharacter": "\ufdd0\ufffe\U0010ffff",
    "escape": "\x1b[31m\x07\x08",
    "blank": " \u00a0\u3000\u200b",
    "digits": "٣٤٥²",
    "huge-number": "9" * 400,
    "negative": "-1",
    "not-a-number": "NaN",
    "infinity": "1e999",
    "date": "9999-12-31T23:59:59+14:00",
    "first-day": "0001-01-01",
    "path": "../../etc/passwd",
    "address": "//evil.example/\\@x",
    "scheme": "javascript:alert(1)",
    "turkish": "İıſﬁß",
    "empty": "",
}
EVERYTHING = TEMPLATES | HEADERS | FORMULAS | MARKUP | SHAPES
SURROGATE = "a\ud800b"  # JSON can say it; UTF-8 cannot
