// Loci, Apache License 2.0.

import LociProtocol
import TestSupport
import Testing

@Suite struct VectorCommandTests {
    @Test func elementsAreAddedFoundAndRemoved() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            #expect(try client.call("VADD points VALUES 3 3 4 0 a") == .integer(1))
            #expect(try client.call("VADD points VALUES 3 0 1 0 b") == .integer(1))
            #expect(try client.call("VADD points VALUES 3 3 4 0 a") == .integer(0))
            #expect(try client.call("VCARD points") == .integer(2))
            #expect(try client.call("VDIM points") == .integer(3))
            #expect(try client.call("VISMEMBER points a") == .integer(1))
            #expect(try client.call("VSIM points VALUES 3 3 4 0") == .array([.text("a"), .text("b")]))
            #expect(try client.call("VSIM points ELE b COUNT 1") == .array([.text("b")]))
            #expect(try client.call("VREM points a") == .integer(1))
            #expect(try client.call("VREM points a") == .integer(0))
            #expect(try client.call("TYPE points") == .simple("vectorset"))
            #expect(try client.call("VREM points b") == .integer(1))
            #expect(try client.call("EXISTS points") == .integer(0))
        }
    }

    @Test func scoresAreThoseOfRedis() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            for (vector, element) in [("1 0", "east"), ("0 1", "north"), ("-1 0", "west")] {
                _ = try client.call("VADD winds VALUES 2 \(vector) \(element) NOQUANT")
            }
            let found = try client.call("VSIM winds VALUES 2 2 0 WITHSCORES").elements.map(\.string)
            #expect(found == ["east", "1", "north", "0.5", "west", "0"])
            let cut = try client.call("VSIM winds VALUES 2 2 0 EPSILON 0.6").elements.map(\.string)
            #expect(cut == ["east", "north"])
        }
    }

    @Test func vectorsComeBackWithTheirLength() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            _ = try client.call([
                Array("VADD".utf8), Array("points".utf8), Array("FP32".utf8), blob([3, 4, 0]), Array("a".utf8),
                Array("NOQUANT".utf8),
            ])
            #expect(try client.call("VEMB points a").elements.map(\.string) == ["3", "4", "0"])
            let raw = try client.call("VEMB points a RAW").elements
            #expect(raw.first == .simple("f32"))
            #expect(raw.last == .text("5"))
            #expect(try client.call("VEMB points nosuch") == .null)
        }
    }

    @Test func attributesFilter() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            for year in 1990..<2000 {
                _ = try client.call([
                    "VADD", "films", "VALUES", "2", "1", "\(year - 1990)", "film\(year)", "SETATTR",
                    "{\"year\":\(year)}",
                ])
            }
            let found = try client.call([
                "VSIM", "films", "VALUES", "2", "1", "0", "FILTER", ".year >= 1998", "WITHATTRIBS",
            ])
            #expect(
                found.elements.map(\.string) == ["film1998", "{\"year\":1998}", "film1999", "{\"year\":1999}"])
            #expect(try client.call(["VSETATTR", "films", "film1999", ""]) == .integer(1))
            #expect(try client.call("VGETATTR films film1999") == .null)
            #expect(try client.call(["VSETATTR", "films", "film1999", "no json"]).isError)
            #expect(
                try client.call(["VSIM", "films", "VALUES", "2", "1", "0", "FILTER", ".year >"]).string?
                    .hasPrefix("ERR syntax error in FILTER expression near:") == true)
        }
    }

    @Test(arguments: [
        ("VADD k VALUES 2 1 x e", "ERR invalid vector specification"),
        ("VADD k VALUES 2 1 inf e", "ERR invalid vector specification"),
        ("VADD k VALUES 2 1 0 e SIDEWAYS", "ERR invalid option after element"),
        ("VADD k VALUES 2 1 0 e EF 0", "ERR invalid EF"), ("VADD k VALUES 2 1 0 e M 3", "ERR invalid M"),
        ("VADD set VALUES 3 1 2 3 e", "ERR Vector dimension mismatch - got 3 but set has 2"),
        ("VADD set VALUES 2 1 0 e NOQUANT", "ERR asked quantization mismatch with existing vector set"),
        ("VADD set VALUES 2 1 0 e M 5", "ERR asked M value mismatch with existing vector set"),
        ("VADD set REDUCE 2 VALUES 2 1 0 e", "ERR cannot add projection to existing set without projection"),
        ("VADD k", "ERR wrong number of arguments for 'VADD' command"), ("VDIM nosuch", "ERR key does not exist"),
        ("VSIM set ELE nosuch", "ERR element not found in set"),
        ("VSIM set VALUES 2 1 0 COUNT 0", "ERR invalid COUNT"),
        ("VSIM set VALUES 2 1 0 EPSILON 0", "ERR invalid EPSILON"),
        ("VSIM set VALUES 2 1 0 NONSENSE", "ERR syntax error in VSIM command"),
        ("VSIM nosuch VALUES 2 1 0 NONSENSE", "ERR syntax error in VSIM command"),
        ("VEMB set a COOKED", "ERR invalid option"), ("VRANDMEMBER set x", "ERR COUNT value is not an integer"),
        ("VRANGE set a +", "ERR invalid start range format"),
        ("VRANGE set + -", "ERR '-' can only be used as first argument, '+' only as second"),
        ("NOSUCH x y", "ERR unknown command 'NOSUCH', with args beginning with: 'x' 'y' "),
        ("ping a b", "ERR wrong number of arguments for 'ping' command"),
    ])
    func refusalsAreTold(line: String, error: String) async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            _ = try client.call("VADD set VALUES 2 1 0 a")
            #expect(try client.call(line) == .error(error))
            #expect(try client.call("VCARD set") == .integer(1))
            #expect(try client.call("DBSIZE") == .integer(1), "a refused element makes no set")
        }
    }

    @Test func membersComeInOrderAndAtRandom() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            for number in 0..<20 { _ = try client.call("VADD set VALUES 2 1 \(number) e\(10 + number)") }
            let range = try client.call("VRANGE set [e12 (e15").elements.map(\.string)
            #expect(range == ["e12", "e13", "e14"])
            #expect(try client.call("VRANGE set - + 3").elements.count == 3)
            #expect(try client.call("VRANGE set - + -1").elements.count == 20)
            let members = try client.call("VRANDMEMBER set 30").elements.compactMap(\.string)
            #expect(Set(members).count == 20)
            #expect(try client.call("VRANDMEMBER set -30").elements.count == 30)
            #expect(try client.call("VRANDMEMBER set").string != nil)
        }
    }

    @Test func projectionIsHadamards() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            #expect(try client.call("VADD set REDUCE 2 VALUES 4 1 2 3 4 a NOQUANT") == .integer(1))
            let vector = try client.call("VEMB set a").elements
            #expect(isNear(vector.first, 5))
            #expect(isNear(vector.last, -1))
            #expect(try client.call("VDIM set") == .integer(2))
            let found = try client.call("VSIM set VALUES 4 1 2 3 4 WITHSCORES").elements.map(\.string)
            #expect(found.first == "a")
            #expect(
                try client.call("VADD set REDUCE 2 VALUES 3 1 2 3 b NOQUANT")
                    == .error("ERR Input dimension mismatch for projection - got 3 but projection expects 4"))
        }
    }

    @Test func oneBitIsASign() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            _ = try client.call("VADD set VALUES 3 3 4 0 a BIN")
            _ = try client.call("VADD set VALUES 3 -3 4 -0.5 b BIN")
            #expect(try client.call("VEMB set a").elements.map(\.string) == ["1", "1", "-1"])
            let found = try client.call("VSIM set ELE a WITHSCORES").elements
            #expect(found.first == .text("a"))
            #expect(isNear(found.last, 2.0 / 3))
        }
    }

    @Test func versionThreeHasMaps() async throws {
        try await TestServer.run { server in
            let client = try server.connect()
            _ = try client.call("HELLO 3")
            #expect(try client.call("VADD set VALUES 2 1 0 a SETATTR {}") == .boolean(true))
            guard case .map(let found) = try client.call("VSIM set ELE a WITHSCORES WITHATTRIBS"),
                let score = found.first?.value.elements.first, case .double(let value) = score
            else { throw TestFailure("no map of scores") }
            #expect(isNear(.double(value), 1, within: 0.01))
            #expect(found.first?.value.elements.last == .text("{}"))
            guard case .map(let entries) = try client.call("VINFO set") else { throw TestFailure("no map") }
            #expect(
                entries.prefix(9).map(\.key.string) == [
                    "quant-type", "hnsw-m", "vector-dim", "projection-input-dim", "size", "max-level",
                    "attributes-count", "vset-uid", "hnsw-max-node-uid",
                ])
            #expect(entries.first?.value == .simple("int8"))
        }
    }
}
