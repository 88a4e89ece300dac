"""Runs -> one HTML file that needs nothing else, or a picture for slides. Pure: values in, text out.

run.py       what a report is made of
rows.py      which events share a line, and which are folded
columns.py   where hosts and programs stand
layout.py    a place for everything; drawing.py the shapes of a row; shapes.py what a shape is
wording.py   what an event says; words.py in which language
details.py   the dissected packet, the call
svg.py       the picture as SVG; png.py as pixels
compare.py   two runs, aligned by cause
overview.py  a class on one page
page.py      the page; assets/ its templates, style and script
"""
