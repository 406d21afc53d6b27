"""Lines of keys in a TOML file."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from failsoft.settings.lines import lines_of

TEXT = '''\
a = 1
b.c = 2 # [not] = a header
"d e" = { x = 1, y = "]" }

[t]
long = """
[no]
no = 1
say "hi""""
after = 1
raw = \'\'\'
no = 2 \'\' \'\'\'
list = [
  1, # ]
  "]",
  [2],
]
esc = """ \\""" no
no = 3
"""
last = '"'
[ t . "u.v" ]
k = 1
[[p]]
k = 1
[p.q]
k = 2
[[p.r]]
k = 3
[[p.r]]
[[p]]
k = 4
[p.q]
'''


def test_keys_and_headers_have_their_lines() -> None:
    tomllib.loads(TEXT)
    assert lines_of(TEXT) == {
        "a": 1, "b.c": 2, '"d e"': 3,
        "t": 5, "t.long": 6, "t.after": 10, "t.raw": 11, "t.list": 13, "t.esc": 18, "t.last": 21,
        't."u.v"': 22, 't."u.v".k': 23,
        "p[0]": 24, "p[0].k": 25, "p[0].q": 26, "p[0].q.k": 27,
        "p[0].r[0]": 28, "p[0].r[0].k": 29, "p[0].r[1]": 30,
        "p[1]": 31, "p[1].k": 32, "p[1].q": 33,
    }  # fmt: skip


def test_line_ends_of_windows_count_the_same() -> None:
    assert lines_of(TEXT.replace("\n", "\r\n")) == lines_of(TEXT)


@given(st.text(alphabet="ab=[]{}.,\"'\\#\n ", max_size=60))
def test_any_text_has_lines(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in lines_of(text).values())
