# Loci, Apache License 2.0.
import os
import struct
import tempfile
import unittest

from groups import own_path, statistics
from prefix import header, write_prefix
from table import markdown, same_recall


def run(share, recall, rate):
    return dict(
        share=share, limit_bytes=share and 1 << 20, window=20, recall=recall, queries_per_second=rate, own_bytes=1,
        cached_bytes=1 << 21, read_bytes=1 << 22)


class GroupTests(unittest.TestCase):
    def test_a_process_finds_its_group(self):
        text = "4:memory:/a\n1:cpu,cpuacct:/b\n0::/c:d\n"
        self.assertEqual((own_path(text, 1), own_path(text, 2)), ("/a", "/c:d"))
        self.assertIsNone(own_path("1:cpu:/b\n", 1))
        self.assertIsNone(own_path("1:cpu:/b\n", 2))

    def test_statistics_of_both_versions(self):
        self.assertEqual(statistics("cache 5\nrss 7\nrss_huge 1\n", "rss", "cache"), (7, 5))
        self.assertEqual(statistics("anon 3\nfile 4\n", "anon", "file"), (3, 4))


class TableTests(unittest.TestCase):
    def test_a_change_of_recall_is_said_aloud(self):
        failed = dict(share=1, window=20, error="x")
        self.assertTrue(same_recall([run(None, 0.9, 10.0), run(25, 0.9, 1.0), failed]))
        self.assertFalse(same_recall([run(None, 0.9, 10.0), run(25, 0.8, 1.0)]))

    def test_the_table_has_a_line_for_each_run(self):
        failed = dict(share=5, limit_bytes=1, window=20, error="status -9: a | b")
        text = markdown(dict(
            collection="c", index_bytes=1 << 22, queries=9, commit="", date="2000-01-01",
            rows=[run(None, 0.9, 1000.0), run(25, 0.9, 250.0), failed]))
        self.assertIn("| 25 % | 1 | 2 | 4 | 20 | 0.9000 | 250 | 0.250 |", text)
        self.assertIn("status -9: a / b", text)
        self.assertIn("the same in all runs", text)


class PrefixTests(unittest.TestCase):
    def test_first_rows(self):
        values = struct.pack("<6f", 1, 2, 3, 4, 5, 6)
        fields = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }\n".encode()
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "a.npy"), os.path.join(folder, "b.npy")
            with open(source, "wb") as file:
                file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(fields)) + fields + values)
            self.assertEqual(write_prefix(source, target, 2), 2)
            with open(target, "rb") as file:
                self.assertEqual(header(file), ("<f4", 2, 2))
                self.assertEqual(file.tell() % 64, 0)
                self.assertEqual(file.read(), values[:16])
            self.assertEqual(write_prefix(source, target, 9), 3)

    def test_another_file_is_refused_by_name(self):
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "a.npy")
            for content in (b"", b"\x93NUMPY\x01\x00\x05\x00{'a':", b"something else"):
                with open(source, "wb") as file:
                    file.write(content)
                with self.assertRaisesRegex(ValueError, "a.npy"):
                    write_prefix(source, os.path.join(folder, "b.npy"), 2)


if __name__ == "__main__":
    unittest.main()
