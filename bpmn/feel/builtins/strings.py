"""Functions on strings (DMN 1.5 §10.3.4.3, table 75).  Positions count Unicode characters from 1."""

from decimal import Decimal
from typing import Any

from bpmn.feel import regex
from bpmn.feel.builtins.registry import builtin
from bpmn.feel.state import State

#: What the compilation of a pattern costs; one that is in the cache costs nothing.
_STEPS_PER_CHARACTER = 4


@builtin("substring(string: string, start position: number, length?: number)")
def _substring(state: State, text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    index = int(start)
    if index == 0 or abs(index) > len(text) or (length is not None and int(length) < 1):
        return state.null("function.value", name="substring")
    first = index - 1 if index > 0 else len(text) + index
    end = len(text) if length is None else min(len(text), first + int(length))
    state.check_text(end - first)
    return text[first:end]


@builtin("string length(string: string)")
def _string_length(_state: State, text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case(string: string)")
def _upper_case(state: State, text: str) -> str:
    state.check_text(len(text))
    return text.upper()


@builtin("lower case(string: string)")
def _lower_case(state: State, text: str) -> str:
    state.check_text(len(text))
    return text.lower()


@builtin("substring before(string: string, match: string)")
def _substring_before(state: State, text: str, match: str) -> str:
    state.check_text(len(text))
    index = text.find(match)
    return text[:index] if index >= 0 else ""


@builtin("substring after(string: string, match: string)")
def _substring_after(state: State, text: str, match: str) -> str:
    state.check_text(len(text))
    index = text.find(match)
    return text[index + len(match) :] if index >= 0 else ""


@builtin("contains(string: string, match: string)")
def _contains(_state: State, text: str, match: str) -> bool:
    return match in text


@builtin("starts with(string: string, match: string)")
def _starts_with(_state: State, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def _ends_with(_state: State, text: str, match: str) -> bool:
    return text.endswith(match)


def _pattern(state: State, name: str, source: str, flags: str | None) -> "regex.Pattern | None":
    compiled_before = regex.compile_pattern.cache_info().misses
    try:
        return regex.compile_pattern(source, flags or "")
    except regex.PatternError as error:
        return state.null("function.failed", name=name, problem=error)
    finally:
        if regex.compile_pattern.cache_info().misses != compiled_before:
            state.charge(len(source) * _STEPS_PER_CHARACTER)


@builtin("matches(input: string, pattern: string, flags?: string|null)")
def _matches(state: State, text: str, source: str, flags: str | None = None) -> bool | None:
    pattern = _pattern(state, "matches", source, flags)
    return None if pattern is None else pattern.search(state, text, 0) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string|null)")
def _replace(state: State, text: str, source: str, replacement: str, flags: str | None = None) -> str | None:
    pattern = _pattern(state, "replace", source, flags)
    if pattern is None:
        return None
    try:
        parts = regex.replacement_parts(replacement, pattern.groups)
    except regex.PatternError as error:
        return state.null("function.failed", name="replace", problem=error)
    if pattern.matches_nothing(state):
        return state.null("function.value", name="replace")
    result: list[str] = []
    length, last = 0, 0
    for spans in pattern.find_all(state, text):
        pieces = [text[last : spans[0][0]]]
        pieces += [part if isinstance(part, str) else text[slice(*spans[part])] for part in parts]
        last = spans[0][1]
        added = sum(map(len, pieces))
        length += added
        state.charge(added // 64 + 2)
        if length > state.limits.text:
            break
        result += pieces
    state.check_text(length)
    return "".join((*result, text[last:]))


@builtin("split(string: string, delimiter: string)")
def _split(state: State, text: str, delimiter: str) -> list[str] | None:
    pattern = _pattern(state, "split", delimiter, "")
    if pattern is None:
        return None
    result: list[str] = []
    last = 0
    for spans in pattern.find_all(state, text):
        start, end = spans[0]
        if start == end:
            continue
        result.append(text[last:start])
        last = end
    result.append(text[last:])
    state.check_items(len(result))
    return result


@builtin("extract(input: string, pattern: string, flags?: string|null)")
def _extract(state: State, text: str, source: str, flags: str | None = None) -> list[str] | None:
    pattern = _pattern(state, "extract", source, flags)
    if pattern is None:
        return None
    found = [text[slice(*spans[0])] for spans in pattern.find_all(state, text)]
    state.check_items(len(found))
    return found


@builtin("string join(list: list, delimiter?: string|null)")
def _string_join(state: State, items: list[Any], delimiter: str | None = None) -> str | None:
    """Nulls are left out; anything else that is no string makes the result null."""
    texts = [item for item in items if item is not None]
    state.charge(len(items))
    if not all(isinstance(text, str) for text in texts):
        return state.null("function.value", name="string join")
    separator = delimiter or ""
    state.check_text(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


@builtin("trim(string: string)")
def _trim(state: State, text: str) -> str:
    state.check_text(len(text))
    return text.strip()
