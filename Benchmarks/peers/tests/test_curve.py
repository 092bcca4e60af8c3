# Loci, Apache License 2.0.
import math
import random
import unittest

from curve import Rate, Ratio, drift, front, mean_rate, median_points, middle, rate_at, ratio, scaled


class FrontTests(unittest.TestCase):
    def test_keeps_what_no_other_beats(self):
        points = [(0.9, 100), (0.95, 120), (0.99, 40), (0.97, 40), (0.8, 300)]
        self.assertEqual(front(points), [(0.8, 300), (0.95, 120), (0.99, 40)])
        self.assertEqual(front([]), [])

    def test_holds_for_random_points(self):
        seed = random.randrange(2**32)
        generator = random.Random(seed)
        for _ in range(200):
            points = [(generator.randrange(10) / 10, generator.randrange(1, 10)) for _ in range(generator.randrange(1, 20))]
            line = front(points)
            for recall, rate in points:
                self.assertTrue(any(r >= recall and q >= rate for r, q in line), f"seed {seed}: {points}")
            for (left, fast), (right, slow) in zip(line, line[1:]):
                self.assertTrue(left < right and fast > slow, f"seed {seed}: {points}")


class RateTests(unittest.TestCase):
    line = [(0.90, 1000.0), (0.98, 100.0)]

    def test_between_points_the_logarithm_is_linear(self):
        rate = rate_at(self.line, 0.94)
        self.assertFalse(rate.bound)
        self.assertAlmostEqual(rate.value, math.sqrt(1000 * 100))

    def test_below_the_fastest_point_it_is_a_bound(self):
        self.assertEqual(rate_at(self.line, 0.8), Rate(1000.0, True))
        self.assertEqual(rate_at(self.line, 0.9), Rate(1000.0, False))

    def test_above_the_highest_recall_there_is_none(self):
        self.assertIsNone(rate_at(self.line, 0.981))
        self.assertIsNone(rate_at([], 0.5))

    def test_relations_of_a_ratio(self):
        exact, bound = Rate(10.0, False), Rate(5.0, True)
        self.assertEqual(ratio(exact, exact), Ratio(1.0, ""))
        self.assertEqual(ratio(bound, exact), Ratio(0.5, "≥"))
        self.assertEqual(ratio(exact, bound), Ratio(2.0, "≤"))
        self.assertEqual(ratio(bound, bound), Ratio(1.0, "~"))
        self.assertIsNone(ratio(None, exact))

    def test_means_and_medians(self):
        self.assertEqual(mean_rate([Rate(1.0, False), None, Rate(3.0, True)]), Rate(2.0, True))
        self.assertIsNone(mean_rate([None, None]))
        found = middle([Ratio(2.0, ""), None, Ratio(1.0, ""), Ratio(4.0, "")])
        self.assertEqual(found, dict(ratio=2.0, least=1.0, most=4.0, relation=""))
        self.assertIsNone(middle([None]))

    def test_drift_is_a_share_of_the_mean(self):
        self.assertAlmostEqual(drift([(0.9, 90.0)], [(0.9, 110.0)], 0.9), 0.2)
        self.assertIsNone(drift([(0.9, 90.0)], [(0.8, 110.0)], 0.9))

    def test_median_points_are_of_each_setting_and_clock(self):
        def sweep(wall, cpu):
            return [dict(setting=[10, 2], recall=0.9, wall=wall, cpu=cpu)]

        more = sweep(9.0, 1.0) + [dict(setting=[14, 2], recall=0.95, wall=4.0, cpu=4.0)]
        first = sweep(5.0, 9.0)
        found = median_points([first, sweep(7.0, 8.0), more])
        self.assertEqual([(point["wall"], point["cpu"]) for point in found], [(7.0, 8.0), (4.0, 4.0)])
        self.assertEqual(first[0]["wall"], 5.0)

    def test_only_one_clock_is_scaled(self):
        points = [dict(setting=1, recall=0.9, wall=5.0, cpu=6.0)]
        self.assertEqual(scaled(points, "wall", 2.0), [dict(setting=1, recall=0.9, wall=10.0, cpu=6.0)])
        self.assertEqual(points[0]["wall"], 5.0)


if __name__ == "__main__":
    unittest.main()
