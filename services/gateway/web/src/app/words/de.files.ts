/** Why a file is not read, in German. */
const ABLAGE = "Laden Sie ein Bild des Stundenplans hoch.";
const DRUCKEN = "Drucken oder speichern Sie sie als PDF und laden Sie dieses hoch.";
const ALS_BILD = "Speichern Sie es als PNG oder JPEG und laden Sie dieses hoch.";
const ALS_PDF = "Speichern Sie sie als PDF und laden Sie dieses hoch.";

/** By the `format` of the problem. */
export const otherFormat: Record<string, string> = {
  bmp: `Das ist ein BMP-Bild. ${ALS_BILD}`,
  psd: "Das ist eine Photoshop-Datei. Speichern Sie sie als PNG oder JPEG und laden Sie diese Datei hoch.",
  jxl: `Das ist ein JPEG-XL-Bild. ${ALS_BILD}`,
  jp2: `Das ist ein JPEG-2000-Bild. ${ALS_BILD}`,
  ico: `Das ist ein Programmsymbol. ${ALS_BILD}`,
  svg: `Das ist eine SVG-Zeichnung. ${DRUCKEN}`,
  ps: `Das ist eine PostScript-Datei. ${DRUCKEN}`,
  mhtml: `Das ist eine Webseite mit ihren Bildern (MHTML). ${DRUCKEN}`,
  ics: "Das ist eine Kalenderdatei. Öffnen Sie sie in einem Kalender, drucken Sie dessen Woche als PDF und laden Sie dieses hoch.",
  video: `Das ist ein Video. ${ABLAGE}`,
  program: `Das ist ein Programm. ${ABLAGE}`,
  odt: "Das ist ein OpenDocument-Text (ODT). Speichern Sie ihn als DOCX oder PDF und laden Sie diese Datei hoch.",
  odp: `Das ist eine OpenDocument-Präsentation (ODP). ${ALS_PDF}`,
  opendocument: `Das ist eine OpenDocument-Datei. ${ALS_PDF}`,
  doc: "Das ist ein altes Word-Dokument (DOC). Speichern Sie es als DOCX oder PDF und laden Sie diese Datei hoch.",
  rtf: "Das ist ein RTF-Dokument. Speichern Sie es als DOCX oder PDF und laden Sie diese Datei hoch.",
  iwork: "Das ist ein Dokument aus Pages, Numbers oder Keynote. Exportieren Sie es als PDF und laden Sie dieses hoch.",
  zip: "Das ist ein ZIP-Archiv. Entpacken Sie es und laden Sie den Stundenplan daraus hoch.",
  xlsb: "Das ist eine binäre Arbeitsmappe (XLSB). Speichern Sie sie als XLSX oder PDF und laden Sie diese Datei hoch.",
  xml: "Das ist eine Excel-Arbeitsmappe im XML-Format von 2003. Speichern Sie sie als XLSX und laden Sie diese hoch.",
  pptx: `Das ist eine PowerPoint-Präsentation. ${ALS_PDF}`,
  ppt: `Das ist eine alte PowerPoint-Präsentation (PPT). ${ALS_PDF}`,
  office: "Das ist ein altes Office-Dokument. Speichern Sie es als PDF und laden Sie dieses hoch.",
};

/** By the server's own sentence: `{}` is what varies in it, `{1}`, `{2}` and so on are that in the same order. */
export const files: Record<string, string> = {
  "The file is empty. Upload the timetable as {}.": "Die Datei ist leer. Laden Sie den Stundenplan als {1} hoch.",
  "The file has {} MB; at most {} MB are read. Upload a smaller one.": "Die Datei hat {1} MB, möglich sind bis {2} MB. Laden Sie eine kleinere hoch.",
  "The file is not a picture and no table; {} can be read.": "Die Datei ist weder Bild noch Tabelle; gelesen werden {1}.",
  "The file has {} pages; at most {} are read. Upload only the pages with the timetable.":
    "Die Datei hat {1} Seiten, gelesen werden bis {2}. Laden Sie nur die Seiten mit dem Stundenplan hoch.",
  "The {} file is cut off or damaged. Upload it again, or save it anew as {}.":
    "Die {1}-Datei ist abgeschnitten oder beschädigt. Laden Sie sie noch einmal hoch, oder speichern Sie sie neu als {2}.",
  "The {} file is built of far more parts (scans, frames or tiles) than cameras and programs write. Save it anew as JPEG or PNG and upload that.":
    "Die {1}-Datei besteht aus weit mehr Teilen, als Kameras und Programme schreiben. Speichern Sie sie neu als JPEG oder PNG und laden Sie diese hoch.",
  "The picture is damaged: its header says {} × {} pixels.": "Das Bild ist beschädigt: Es will {1} × {2} Bildpunkte haben.",
  "The picture has {} × {} pixels; at most {} million are read. Scale it down and upload it again.":
    "Das Bild hat {1} × {2} Bildpunkte, gelesen werden bis {3} Millionen. Verkleinern Sie es und laden Sie es noch einmal hoch.",
  "The picture has {} × {} pixels, too few for a timetable. Upload one that shows the whole page.":
    "Das Bild hat {1} × {2} Bildpunkte, zu wenige für einen Stundenplan. Laden Sie eines hoch, das die ganze Seite zeigt.",
  "The picture has {} x {} pixels, more than can be read.": "Das Bild hat {1} × {2} Bildpunkte, mehr als gelesen werden können.",
  "The picture has more pixels than can be read.": "Das Bild hat mehr Bildpunkte, als gelesen werden können.",
  "The picture could not be decoded.": "Das Bild ist beschädigt.",
  "The document could not be read because of an internal error.": "Beim Lesen ist bei uns etwas schiefgegangen.",
  "This job could not be read.": "Beim Lesen ist bei uns etwas schiefgegangen.",
  "This service was too old to read this picture. Please upload it again later.":
    "Timelift wird gerade erneuert und konnte dieses Bild nicht lesen. Bitte laden Sie es später noch einmal hoch.",
  "This picture waited too long to be read, so it was given up. Please upload it again.":
    "Dieses Bild hat zu lange gewartet und wurde aufgegeben. Bitte laden Sie es noch einmal hoch.",
  "Reading this picture stopped its worker several times, so it was given up.":
    "Beim Lesen dieses Bildes ist mehrmals etwas abgestürzt; es wurde aufgegeben.",
  "The stored picture is gone.": "Das gespeicherte Bild ist nicht mehr da.",
  "The stored picture is gone. Upload it again.": "Das gespeicherte Bild ist nicht mehr da. Laden Sie es noch einmal hoch.",
  "The file holds more than text. Save it anew as XLSX or PDF and upload that.":
    "Die Datei enthält mehr als Text. Speichern Sie sie neu als XLSX oder PDF und laden Sie diese hoch.",
  "Page {} is no photo. Of several pages each is one JPEG, PNG, WebP or HEIC.": "Seite {1} ist kein Foto. Von mehreren Seiten ist jede ein JPEG, PNG, WebP oder HEIC.",
  "This file asks for more work than a page of a timetable needs. Print it to a new PDF, or upload a picture of it.":
    "Diese Datei macht mehr Arbeit als eine Seite mit einem Stundenplan. Drucken Sie sie in ein neues PDF, oder laden Sie ein Bild davon hoch.",
  "This PDF has no pages.": "Dieses PDF hat keine Seiten.",
  "This PDF is locked with a password. Save a copy without one and upload that.":
    "Dieses PDF ist mit einem Passwort geschützt. Speichern Sie eine Kopie ohne Passwort und laden Sie diese hoch.",
  "This PDF is protected in a way that cannot be read. Print it to a new PDF and upload that.":
    "Dieses PDF ist so geschützt, dass es nicht gelesen werden kann. Drucken Sie es in ein neues PDF und laden Sie dieses hoch.",
  "Page {} of this PDF is broken. Save it anew and upload that.": "Seite {1} dieses PDFs ist beschädigt. Speichern Sie es neu und laden Sie dieses hoch.",
  "Page {} of this PDF has no size.": "Seite {1} dieses PDFs hat keine Größe.",
  "Page {} of this PDF takes too long to draw. Upload a picture of it instead.":
    "Seite {1} dieses PDFs zu zeichnen dauert zu lange. Laden Sie stattdessen ein Bild davon hoch.",
  "Page {} of this PDF cannot be drawn. Upload a picture of it instead.":
    "Seite {1} dieses PDFs kann nicht gezeichnet werden. Laden Sie stattdessen ein Bild davon hoch.",
  "Page {} of this PDF holds a picture of {} × {} pixels; at most {} million are read.":
    "Seite {1} dieses PDFs enthält ein Bild von {2} × {3} Bildpunkten; gelesen werden bis {4} Millionen.",
  "This document is locked with a password. Save a copy without one and upload that.":
    "Dieses Dokument ist mit einem Passwort geschützt. Speichern Sie eine Kopie ohne Passwort und laden Sie diese hoch.",
  "The document unpacks to far more than a timetable needs. Save it as PDF and upload that.":
    "Das Dokument ist ausgepackt weit größer, als ein Stundenplan es braucht. Speichern Sie es als PDF und laden Sie dieses hoch.",
  "The document is cut off or damaged. Upload it again, or save it as PDF and upload that.":
    "Das Dokument ist abgeschnitten oder beschädigt. Laden Sie es noch einmal hoch, oder speichern Sie es als PDF und laden Sie dieses hoch.",
  "This document holds far more text than timetables do. Upload only the pages with the timetable.":
    "Dieses Dokument enthält weit mehr Text als ein Stundenplan. Laden Sie nur die Seiten mit dem Stundenplan hoch.",
  "This document holds far more than can be read as a timetable. Upload only the page with the timetable.":
    "Dieses Dokument enthält weit mehr, als sich als Stundenplan lesen lässt. Laden Sie nur die Seite mit dem Stundenplan hoch.",
  "This page holds far more text than a timetable. Upload only the page with the timetable.":
    "Diese Seite enthält weit mehr Text als ein Stundenplan. Laden Sie nur die Seite mit dem Stundenplan hoch.",
  "This Word document is empty. Upload the one with the timetable.": "Dieses Word-Dokument ist leer. Laden Sie das mit dem Stundenplan hoch.",
  "This Word document holds no table and no text, and its drawings cannot be read. Save it as PDF and upload that.":
    "Dieses Word-Dokument enthält weder Tabelle noch Text, und seine Zeichnungen können nicht gelesen werden. Speichern Sie es als PDF und laden Sie dieses hoch.",
  "This Word document is of a kind that cannot be read. Save it as PDF and upload that.":
    "Ein Word-Dokument dieser Art kann nicht gelesen werden. Speichern Sie es als PDF und laden Sie dieses hoch.",
  "This Word document is far longer than a timetable. Upload only the pages with the timetable.":
    "Dieses Word-Dokument ist weit länger als ein Stundenplan. Laden Sie nur die Seiten mit dem Stundenplan hoch.",
  "A table of this Word document is far larger than a timetable. Upload only the pages with the timetable.":
    "Eine Tabelle dieses Word-Dokuments ist weit größer als ein Stundenplan. Laden Sie nur die Seiten mit dem Stundenplan hoch.",
  "This workbook is locked with a password. Save a copy without one and upload that.":
    "Diese Arbeitsmappe ist mit einem Passwort geschützt. Speichern Sie eine Kopie ohne Passwort und laden Sie diese hoch.",
  "The workbook is cut off or damaged. Upload it again, or save it as PDF and upload that.":
    "Die Arbeitsmappe ist abgeschnitten oder beschädigt. Laden Sie sie noch einmal hoch, oder speichern Sie sie als PDF und laden Sie dieses hoch.",
  "The workbook is damaged, or far larger than a timetable. Save it anew as XLSX or PDF, with the timetable alone.":
    "Die Arbeitsmappe ist beschädigt oder weit größer als ein Stundenplan. Speichern Sie sie neu als XLSX oder PDF, nur mit dem Stundenplan.",
  "This workbook is of a kind that cannot be read. Save it as PDF and upload that.":
    "Eine Arbeitsmappe dieser Art kann nicht gelesen werden. Speichern Sie sie als PDF und laden Sie dieses hoch.",
  "The table is far larger than a timetable. Upload only the part with the timetable.":
    "Die Tabelle ist weit größer als ein Stundenplan. Laden Sie nur den Teil mit dem Stundenplan hoch.",
  "The file holds no table. If it shows a timetable all the same, print it to a PDF and upload that.":
    "Die Datei enthält keine Tabelle. Zeigt sie trotzdem einen Stundenplan, drucken Sie sie in ein PDF und laden Sie dieses hoch.",
};
