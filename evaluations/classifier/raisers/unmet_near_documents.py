"""Documents, pictures, sound and codes that a client uploads or that a view makes."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import av
import barcode
import cairosvg
import cv2
import extract_msg
import ffmpeg
import imageio.v3
import img2pdf
import mammoth
import msoffcrypto
import numpy as np
import odf.table
import odf.text
import olefile
import pydub
import pyexcel
import pymupdf
import pypdfium2
import pytesseract
import python_calamine
import segno
import soundfile
import tinytag
import xlwt
from pdfminer.high_level import extract_text
from PIL import Image

from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    Means,
    add,
)

_FILE = Means("validation", False, (400, 415, 422), "low")
_LOCKED = Means("validation", False, (400, 401, 403, 422), "low")
_LOCKED_NOTE = "the document is the client's and locked, who can send another"
_TOO_LONG = Means("validation", False, (400, 413, 422), "low")
_GARBAGE = b"this is no document, whatever its name says\n" * 20


def _path(name: str, content: bytes = _GARBAGE) -> str:
    path = Path(tempfile.mkdtemp(prefix="blind-d-")) / name
    path.write_bytes(content)
    return str(path)


# --- PDF --------------------------------------------------------------------------------------------------------------
def _locked_pdf() -> bytes:
    document = pymupdf.open()
    document.new_page()
    return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="not-secret", owner_pw="not-secret")


def _closed_pdf() -> Any:
    document = pymupdf.open()
    document.close()
    return document.new_page()


add("pdfminer.six", "no_pdf", _FILE, lambda: extract_text(io.BytesIO(_GARBAGE)))
add("pdfminer.six", "locked", _LOCKED, lambda: extract_text(io.BytesIO(_locked_pdf())), note=_LOCKED_NOTE)
add("PyMuPDF", "no_pdf", _FILE, lambda: pymupdf.open(stream=_GARBAGE, filetype="pdf"))
add("PyMuPDF", "closed", OUR_BUG, _closed_pdf)
add("pypdfium2", "no_pdf", _FILE, lambda: pypdfium2.PdfDocument(_GARBAGE))
add("pypdfium2", "locked", _LOCKED, lambda: pypdfium2.PdfDocument(_locked_pdf()), note=_LOCKED_NOTE)


add("img2pdf", "no_picture", _FILE, lambda: img2pdf.convert(io.BytesIO(_GARBAGE)))


# --- office -----------------------------------------------------------------------------------------------------------
def _zip(**members: str) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return made


def _locked_office(password: str) -> Any:
    import docx

    plain, locked = io.BytesIO(), io.BytesIO()
    docx.Document().save(plain)
    msoffcrypto.OfficeFile(plain).encrypt("not-secret", locked)
    locked.seek(0)
    file = msoffcrypto.OfficeFile(locked)
    file.load_key(password=password, verify_password=True)
    file.decrypt(io.BytesIO())


def _row_twice() -> Any:
    sheet = xlwt.Workbook().add_sheet("a")
    sheet.write(0, 0, "hat")
    sheet.write(0, 0, "cap")


add(
    "mammoth",
    "no_document",
    _FILE,
    lambda: mammoth.convert_to_html(_zip(a="b")),
    note="a KeyError or OSError of an archive that is no document",
)
add("olefile", "no_document", _FILE, lambda: olefile.OleFileIO(_GARBAGE * 20))
add("msoffcrypto-tool", "wrong_password", _LOCKED, lambda: _locked_office("wrong"), note=_LOCKED_NOTE)
add("msoffcrypto-tool", "no_document", _FILE, lambda: msoffcrypto.OfficeFile(io.BytesIO(_GARBAGE)))
add("extract-msg", "no_message", _FILE, lambda: extract_msg.openMsg(_path("a.msg", _GARBAGE * 20)))
add("odfpy", "illegal_child", OUR_BUG, lambda: odf.text.P().addElement(odf.table.Table()))
add("xlwt", "cell_twice", OUR_BUG, _row_twice)
add(
    "python-calamine",
    "no_workbook",
    _FILE,
    lambda: python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(_GARBAGE)),
)


def _sheet_missing() -> Any:
    import openpyxl

    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    made.seek(0)
    return python_calamine.CalamineWorkbook.from_filelike(made).get_sheet_by_name("Prices")


add("python-calamine", "sheet_missing", INVALID, _sheet_missing, note="the client's workbook lacks the sheet")
add("pyexcel", "kind_unknown", _FILE, lambda: pyexcel.get_array(file_type="pigeon", file_content=_GARBAGE))
add("pyexcel", "no_source", OUR_BUG, lambda: pyexcel.get_array(nonsense="a"))


# --- pictures ---------------------------------------------------------------------------------------------------------
def _no_tesseract() -> Any:
    pytesseract.pytesseract.tesseract_cmd = "no-such-tesseract"
    return pytesseract.image_to_string(Image.new("RGB", (4, 4)))


add("pytesseract", "not_installed", OUR_SETTINGS, _no_tesseract)
add(
    "opencv-python-headless",
    "empty_picture",
    OUR_BUG,
    lambda: cv2.resize(cv2.imdecode(np.frombuffer(_GARBAGE, np.uint8), 1), (2, 2)),
    note="imdecode gave None for what the client sent, and the view did not look",
)
add("imageio", "no_picture", _FILE, lambda: imageio.v3.imread(io.BytesIO(_GARBAGE), extension=".png"))
add("CairoSVG", "no_svg", _FILE, lambda: cairosvg.svg2png(bytestring=b"<html>no picture"))


# --- sound and film ---------------------------------------------------------------------------------------------------
add("av", "no_film", _FILE, lambda: av.open(io.BytesIO(_GARBAGE)))
add(
    "av",
    "codec_unknown",
    OUR_SETTINGS,
    lambda: av.CodecContext.create("pigeon", "r"),
    note="a codec that this build lacks; system is defensible",
)
add("av", "no_decoder_of_films", OUR_SETTINGS, lambda: av.open("/no/such/film.mp4"), note="a file of ours is not there")
add("pydub", "no_converter", OUR_SETTINGS, lambda: _pydub())
add("soundfile", "no_sound", _FILE, lambda: soundfile.read(io.BytesIO(_GARBAGE)))
add("soundfile", "kind_unknown", OUR_BUG, lambda: soundfile.write(io.BytesIO(), [0.0], 8000, format="PIGEON"))
add("tinytag", "no_sound", _FILE, lambda: tinytag.TinyTag.get(_path("a.txt")))
add(
    "ffmpeg-python",
    "not_installed",
    OUR_SETTINGS,
    lambda: ffmpeg.input("a.mp4").output("b.mp4").run(cmd="no-such-ffmpeg"),
)
add(
    "ffmpeg-python",
    "failed",
    Means("system", False, 500, "high"),
    lambda: ffmpeg.input("a.mp4").output("b.mp4").run(cmd="false", capture_stderr=True),
    note="a child process that failed; here another program plays it",
)


def _pydub() -> Any:
    pydub.AudioSegment.converter = "no-such-ffmpeg"
    return pydub.AudioSegment.silent(duration=1).export(io.BytesIO(), format="mp3")


# --- codes ------------------------------------------------------------------------------------------------------------
add("python-barcode", "kind_unknown", OUR_BUG, lambda: barcode.get("pigeon", "123"))
add("python-barcode", "letters", INVALID, lambda: barcode.get("ean13", "12345678901x"))
add("segno", "too_long", _TOO_LONG, lambda: segno.make_qr("x" * 9000))
