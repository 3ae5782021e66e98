"""Letters made comparable: case, marks, widths, spellings of one sound, and other scripts in Latin letters."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

# marks that spell variants in Latin, Greek, Cyrillic, Arabic and Hebrew; those of Japanese, Thai or Indic are letters
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_INVISIBLE = re.compile(
    "[\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)
_BEFORE = str.maketrans({"İ": "i", "I": "i", "ı": "i", "ё": "е", "Ё": "е"})
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "ŋ": "ng"}
    | {"ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا", "ς": "σ"}
    | {"'": "", "’": "", "‘": "", "`": "", "ʼ": "", "´": "", "״": "", "׳": "", "®": " ", "™": " ", "©": " "}
)
# Cyrillic letters that look Latin, for words in which both stand: such a word is a Latin one, disguised
_LOOKALIKES = str.maketrans("асеорхукмтвніјѕԁ", "aceopxykmtbhijsd")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_MIXED = re.compile("[a-z0-9\u0400-\u052f]+")
_CJK = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]"
)
_KANA = re.compile("[\u3040-\u30ff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_UMLAUTS = re.compile("ae|oe|ue|aa")
_DOUBLED = re.compile(r"(.)\1+")
_SOUNDS = (
    ("shch", "s"),
    ("sch", "s"),
    ("tsch", "c"),
    ("sh", "s"),
    ("kh", "k"),
    ("ch", "k"),
    ("ck", "k"),
    ("ph", "f"),
    ("th", "t"),
    ("zh", "z"),
    ("tz", "z"),
    ("ts", "z"),
    ("gh", "g"),
    ("x", "ks"),
    ("q", "k"),
    ("c", "k"),
    ("w", "v"),
    ("y", "i"),
    ("j", "i"),
    ("z", "s"),
)


def fold(text: str) -> str:
    """Lower-case without marks and invisible letters, one width, one spelling of each letter; scripts stay.

    Both Turkish i become the Latin one, æ becomes ae, ø o, å a, ß ss.
    """
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_BEFORE).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text).translate(_LETTERS))
    text = unicodedata.normalize("NFC", text)
    return _MIXED.sub(_undisguised, text) if _CYRILLIC.search(text) else text


def _undisguised(word: re.Match[str]) -> str:
    text = word.group()
    return text.translate(_LOOKALIKES) if re.search("[a-z]", text) else text


def latin(word: str) -> str:
    """A folded word in ASCII letters and digits. An Arabic article is left away, as "Al" is from Latin names."""
    if word.isascii():
        return word
    if _ARABIC.search(word):
        word = word.removeprefix("و") if len(word) > 5 and word.startswith("وال") else word
        word = word.removeprefix("ال") if len(word) > 4 else word
        word = "l" + word.removeprefix("لل") if len(word) > 4 and word.startswith("لل") else word
    return re.sub(r"[^a-z0-9]", "", anyascii(word).lower())


def umlauts(text: str) -> str:
    """ae, oe, ue and aa as the one letter they stand for in names: mueller, muller and müller meet."""
    return _UMLAUTS.sub(lambda found: found.group()[0], text)


def sound(text: str) -> str:
    """Spellings that transliterations of one word differ in, made one; for comparing across scripts only."""
    text = umlauts(text)
    for spelling, one in _SOUNDS:
        text = text.replace(spelling, one)
    return _DOUBLED.sub(r"\1", text)


def consonants(text: str) -> str:
    """The sounds without vowels and half-vowels, which Arabic does not write."""
    heard = sound(text.replace("j", "g")).replace("p", "b")  # Arabic has no p, and its j is written g as often
    return _DOUBLED.sub(r"\1", re.sub("[aeiouvh ]", "", heard))


def is_cjk(text: str) -> bool:
    """Whether Japanese, Chinese or Korean letters stand in it."""
    return bool(_CJK.search(text))


def is_arabic(text: str) -> bool:
    """Whether Arabic letters stand in it."""
    return bool(_ARABIC.search(text))


def has_han(text: str) -> bool:
    """Whether Han characters stand in it, whose reading in Latin letters is the Chinese one."""
    return bool(_HAN.search(text))


def has_kana(text: str) -> bool:
    """Whether Japanese syllables stand in it."""
    return bool(_KANA.search(text))
