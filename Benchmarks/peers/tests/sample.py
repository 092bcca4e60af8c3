# Loci, Apache License 2.0.
"""Small results of the shape that a session writes."""


def points(*pairs):
    return [dict(setting=place, recall=recall, wall=rate, cpu=rate) for place, (recall, rate) in enumerate(pairs)]


def sandwich(peer, peer_points, loci_points, before=100.0, after=100.0):
    return dict(
        peer=peer, round=1, commit="abc", passes=1, before=points((0.90, 2 * before), (0.995, before)),
        after=points((0.90, 2 * after), (0.995, after)), points=peer_points, loci=loci_points)


def engine(disk_bytes, **rest):
    build = dict(disk_bytes=disk_bytes, cpu_s=2.0, wall_s=1.0, peak_bytes=1 << 20, threads=2)
    return dict(status="measured", version="1", configuration="as it comes", call="batch", build=build, **rest)


def result():
    sandwiches = [
        sandwich("quick", points((0.85, 900.0), (0.96, 300.0)), points((0.97, 600.0), (0.999, 150.0))),
        sandwich("slow", points((0.99, 50.0), (0.996, 10.0)), points((0.97, 660.0), (0.999, 160.0)), 110.0, 130.0),
    ]
    return dict(
        set=dict(name="sample", description="A sample", metric="l2", count=1000, dimension=8, queries=10),
        engines=dict(
            hnswlib=engine(1_000_000), symphonyqg=engine(4_000_000), loci=engine(500_000, resident_bytes=400_000),
            broken=dict(status="failed", reason="status 1: a | b", version=None, configuration=None, call="batch")),
        sandwiches=sandwiches, anchor="hnswlib", k=10, passes=1, commit="abc", command="Benchmarks/peers/run", date="2000-01-01",
        machine=dict(processor="P", instructions=["avx2"], processors=2, memory_bytes=1 << 30, system="S", python="3"))
