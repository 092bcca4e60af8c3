# Loci, Apache License 2.0.
import json
import pathlib
import tempfile
import unittest

import pages


class PagesTest(unittest.TestCase):
    def test_a_measurement_takes_the_place_of_the_one_before(self):
        with tempfile.TemporaryDirectory() as folder:
            page, figures = pathlib.Path(folder) / "churn.md", pathlib.Path(folder) / "churn.json"
            page.write_text("# Churn\n\nText by hand.\n")
            figures.write_text(json.dumps({"machine": {"commit": "abc", "processor": "a processor", "kernels": "avx2"}}))
            pages.write(page, "churn", "loci-benchmarks churn --base /home/x/base.npy", "a  b\n1  2\n", figures)
            first = page.read_text()
            self.assertIn("Text by hand.\n\n<!-- churn -->\n", first)
            self.assertIn("`loci-benchmarks churn --base base.npy`, commit abc, a processor with avx2:\n\n```\na  b\n1  2\n```", first)
            pages.write(page, "churn", "loci-benchmarks churn", "3  4\n", figures)
            pages.write(page, "other", "loci-benchmarks other", "| 5 |\n", figures, is_markdown=True)
            text = page.read_text()
            self.assertEqual(text.count("<!-- churn -->"), 1)
            self.assertNotIn("1  2", text)
            self.assertTrue(text.startswith("# Churn\n\nText by hand.\n"))
            page.write_text(text.replace("<!-- churn -->", "Before.\n\n<!-- churn -->") + "After.\n")
            pages.write(page, "churn", "loci-benchmarks churn", "6  7\n", figures)
            self.assertRegex(page.read_text(), r"(?s)Before.\n\n<!-- churn -->.*6  7.*<!-- other -->.*After.\n$")
            self.assertTrue(text.endswith("\n\n| 5 |\n<!-- end of other -->\n"))


if __name__ == "__main__":
    unittest.main()
