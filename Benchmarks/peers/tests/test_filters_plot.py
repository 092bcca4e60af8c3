# Loci, Apache License 2.0.
import re
import unittest
import xml.etree.ElementTree as tree

from filters_plot import rows, svg
from plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH


class FiltersPlotTests(unittest.TestCase):
    loci = {"results": [
        {"filter": "none", "selectivity": 1, "queriesPerSecond": 1000.0, "timesExact": 50.0},
        {"filter": "0.1 %", "selectivity": 0.00095, "queriesPerSecond": 90_000.0},
        {"filter": "100.0 %", "selectivity": 1, "queriesPerSecond": 900.0},
        {"filter": "nearest group", "selectivity": 0.05, "queriesPerSecond": 5_000.0},
    ]}
    hnswlib = {"results": [
        {"filter": "0.1 %", "queries_per_second": 40.0}, {"filter": "nearest group", "queries_per_second": 700.0},
    ]}

    def test_filters_are_paired_by_their_names(self):
        self.assertEqual(
            rows(self.loci, self.hnswlib),
            [("0.1 %", 0.00095, 90_000.0, 40.0), ("100.0 %", 1, 900.0, None), ("nearest group", 0.05, 5_000.0, 700.0)])

    def test_every_mark_is_inside_the_frame(self):
        text = svg(self.loci, self.hnswlib)
        root = tree.fromstring(text)
        words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        for name in ("loci", "hnswlib's functor", "3 × exact search"):
            self.assertIn(name, words)
        circles = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', text)
        squares = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="8"', text)
        self.assertEqual((len(circles), len(squares)), (3, 2))
        for x, y in circles + squares:
            self.assertTrue(LEFT - 4 <= float(x) <= WIDTH - RIGHT and TOP - 4 <= float(y) <= HEIGHT - BOTTOM, (x, y))
