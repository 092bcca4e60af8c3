# Loci, Apache License 2.0.
import re
import unittest
import xml.etree.ElementTree as tree

from plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, across, rate_bounds, rate_ticks, svg, up


class PlotTests(unittest.TestCase):
    curves = {
        "loci": [(0.60, 90_000.0), (0.95, 50_000.0), (0.999, 9_000.0)], "hnswlib": [(0.93, 20_000.0), (0.999, 3_000.0)],
        "a<b&c": [(0.9, 700.0)], "never": [(0.5, 10.0)],
    }

    def test_is_well_formed_and_names_each_curve_in_sight(self):
        text = svg('A "title" & <more>', "below", self.curves)
        root = tree.fromstring(text)
        words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        for name in ("loci", "hnswlib", "a<b&c", 'A "title" & <more>'):
            self.assertIn(name, words)
        self.assertNotIn("never", words)

    def test_every_point_is_inside_the_frame(self):
        circles = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg("t", "s", self.curves))
        self.assertEqual(len(circles), 6)
        for x, y in circles:
            self.assertTrue(LEFT <= float(x) <= WIDTH - RIGHT and TOP <= float(y) <= HEIGHT - BOTTOM, (x, y))

    def test_nothing_measured_is_a_picture_too(self):
        self.assertIn("Nothing was measured", svg("t", "s", {}))

    def test_axes_are_logarithms(self):
        # From 0.9 to 0.99 misses fall tenfold, and from 0.99 to 0.999 again.
        left, middle, right = (across(recall, 0.9, 0.999) for recall in (0.9, 0.99, 0.999))
        self.assertAlmostEqual(middle - left, right - middle)
        self.assertAlmostEqual(up(100, 10, 1000) - up(1000, 10, 1000), up(10, 10, 1000) - up(100, 10, 1000))
        self.assertEqual(rate_ticks(10, 100), [10, 20, 50, 100])
        self.assertEqual(rate_bounds([12.0, 480.0]), (10, 500))


if __name__ == "__main__":
    unittest.main()
