# Loci, Apache License 2.0.
import unittest

import datasets
from engines.loci import Loci, points
from environment import requirements
from session import repeatable


class ArgumentTests(unittest.TestCase):
    def test_a_given_set(self):
        self.assertEqual(datasets.given("mine=a.npy,b.npy,ip"), ("mine", datasets.Given("a.npy", "b.npy", "ip")))

    def test_a_wrong_set_is_refused_by_name(self):
        for text in ("mine", "mine=a.npy,b.npy", "mine=a.npy,b.npy,hamming", "=a,b,l2", "sift=a.npy,b.npy,l2"):
            with self.assertRaises(ValueError) as caught:
                datasets.given(text)
            self.assertIn("--data", str(caught.exception))

    def test_the_command_that_is_shown_names_no_folder_of_the_machine(self):
        shown = repeatable(
            ["--sets", "mine", "--work", "/big", "--output=/out", "--data", "mine=/a/b.npy,/c/q.npy,l2", "--passes", "5"])
        self.assertEqual(shown, "Benchmarks/peers/run --sets mine --data mine=b.npy,q.npy,l2 --passes 5")

    def test_every_peer_is_pinned(self):
        from engines import PEERS

        pinned = requirements()
        for engine in PEERS.values():
            self.assertIn(engine.package, pinned)

    def test_variants_share_an_index_where_only_kernels_differ(self):
        self.assertEqual(Loci("loci", kernels="avx2").index_name, Loci("loci").index_name)
        self.assertNotEqual(Loci("loci", quantization="lvq4").index_name, Loci("loci").index_name)
        self.assertEqual(Loci("loci", kernels="avx2").environment(), {"LOCI_KERNELS": "avx2"})

    def test_lines_of_the_command_are_points(self):
        line = '{"window":10,"recall":0.9,"queries_per_second":5.0,"queries_per_processor_second":6.0}\n'
        self.assertEqual(points(line), [dict(setting=10, recall=0.9, wall=5.0, cpu=6.0)])


if __name__ == "__main__":
    unittest.main()
