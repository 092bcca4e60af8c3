# Loci, Apache License 2.0.
import json
import os
import tempfile
import unittest

import results
from report import markdown
from sample import points, result, sandwich
from summary import bytes_beside, summarize, verdict


class SummaryTests(unittest.TestCase):
    def test_ratios_are_taken_within_a_sandwich(self):
        # A machine at half its speed in the second sandwich must change no ratio.
        fast = sandwich("peer", points((0.9, 400.0)), points((0.9, 800.0)), 100.0, 100.0)
        slow = sandwich("peer", points((0.9, 200.0)), points((0.9, 400.0)), 50.0, 50.0)
        found = summarize([fast, slow])["ratios"]
        self.assertEqual(found["peer"]["0.9"], dict(ratio=2.0, least=2.0, most=2.0, relation=""))
        self.assertEqual(found["loci"]["0.9"]["ratio"], 4.0)

    def test_curves_lie_as_the_ratios_do(self):
        # Two peers that are alike, one of them measured while the machine was at half its speed.
        fast = sandwich("one", points((0.9, 400.0)), points((0.9, 800.0)), 100.0, 100.0)
        slow = sandwich("two", points((0.9, 200.0)), points((0.9, 400.0)), 50.0, 50.0)
        found = summarize([fast, slow])
        rates = {name: rates["0.9"]["rate"] for name, rates in found["rates"].items()}
        self.assertAlmostEqual(rates["one"], rates["two"])
        self.assertAlmostEqual(rates["loci"], 2 * rates["one"])
        self.assertAlmostEqual(rates["one"], 2 * rates["hnswlib"])

    def test_the_anchor_counts_before_and_after(self):
        found = summarize([sandwich("peer", points((0.9, 300.0)), points((0.9, 300.0)), 100.0, 200.0)])
        self.assertEqual(found["ratios"]["peer"]["0.9"]["ratio"], 1.0)
        self.assertAlmostEqual(found["anchor_drift"], 2 / 3)

    def test_loci_counts_beside_every_peer(self):
        found = summarize(result()["sandwiches"])
        self.assertEqual(found["ratios"]["loci"]["0.9"]["least"], 660.0 / 240.0)
        self.assertEqual(found["ratios"]["loci"]["0.9"]["most"], 600.0 / 200.0)
        self.assertEqual(found["ratios"]["loci"]["0.95"]["relation"], "≥")
        self.assertIsNone(found["ratios"]["quick"]["0.99"])

    def test_loci_counts_by_its_newest_commit(self):
        old = dict(sandwich("one", points((0.9, 300.0)), points((0.9, 400.0))), commit="old")
        new = sandwich("two", points((0.9, 300.0)), points((0.9, 800.0)))
        found = summarize([old, new])
        self.assertEqual(found["ratios"]["loci"]["0.9"], dict(ratio=4.0, least=4.0, most=4.0, relation=""))
        self.assertEqual(found["loci_beside"]["one"]["0.9"]["ratio"], 400.0 / 300.0)
        self.assertEqual(found["ratios"]["one"]["0.9"]["ratio"], 1.5)

    def test_a_peer_without_a_point_is_in_no_table(self):
        found = summarize([sandwich("peer", [], points((0.9, 300.0)))])
        self.assertNotIn("peer", found["ratios"])
        self.assertNotIn("peer", found["loci_beside"])
        self.assertIn("loci", found["ratios"])

    def test_verdicts(self):
        rate = dict(rate=1.0, bound=False)
        self.assertEqual(verdict(dict(ratio=1.2), rate, rate), "ahead")
        self.assertEqual(verdict(dict(ratio=0.9), rate, rate), "behind")
        self.assertTrue(verdict(None, rate, None).startswith("ahead"))
        self.assertTrue(verdict(None, None, rate).startswith("behind"))
        self.assertEqual(verdict(None, None, None), "neither reaches it")

    def test_bytes_beside_their_targets(self):
        row = bytes_beside(result()["engines"], 1000)["loci"]
        self.assertEqual(row["bytes_per_vector"], 500)
        self.assertEqual([(t["share"], t["met"]) for t in row["targets"]], [(0.125, True), (0.5, True), (0.5, False)])


class ReportTests(unittest.TestCase):
    def test_files_are_written_whole_and_read_again(self):
        with tempfile.TemporaryDirectory() as folder:
            results.write_all(folder, result())
            self.assertEqual(sorted(os.listdir(folder)), ["sample.json", "sample.md", "sample.svg"])
            again = results.known(folder, "sample")
            self.assertEqual(again["sandwiches"], result()["sandwiches"])
            results.write_all(folder, again)
            self.assertEqual(results.known(folder, "sample"), again)

    def test_compact_json_says_the_same(self):
        self.assertEqual(json.loads(results.compact(result())), result())

    def test_the_report_names_all_that_was_tried(self):
        whole = result()
        whole["summary"] = {clock: summarize(whole["sandwiches"], clock=clock) for clock in ("wall", "cpu")}
        text = markdown(whole)
        self.assertIn("| broken | — | — | batch | failed | status 1: a / b |", text)
        self.assertIn("≥", text)
        # Loci at 0.99 beside a peer that ends at 0.96, and one that begins there.
        self.assertIn("ahead: the peer does not reach it", text)
        rows = [line for line in text.splitlines() if line.startswith("| quick |")]
        self.assertTrue(all(line.count("|") in (8, 9, 10) for line in rows), rows)

    def test_tables_are_even(self):
        whole = result()
        whole["summary"] = {clock: summarize(whole["sandwiches"], clock=clock) for clock in ("wall", "cpu")}
        width = 0
        for line in markdown(whole).splitlines():
            if line.startswith("|"):
                self.assertEqual(width or line.count("|"), line.count("|"), line)
                width = line.count("|")
            else:
                width = 0


if __name__ == "__main__":
    unittest.main()
