// swift-tools-version: 6.3
// Loci: a vector similarity search database.
import PackageDescription

// Every warning is an error in this package. SwiftPM drops these settings for packages that depend on it.
let swiftSettings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let cSettings: [CSetting] = [
    .treatAllWarnings(as: .error),
    .enableWarning("all"),
    .enableWarning("extra"),
]

let package = Package(
    name: "loci",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "Loci", targets: ["Loci"]),
        .library(name: "LociMemory", targets: ["LociMemory"]),
        .library(name: "LociEndpoint", targets: ["LociEndpoint"]),
        .library(name: "LociServer", targets: ["LociServer"]),
        .executable(name: "loci", targets: ["LociCommand"]),
        .executable(name: "loci-benchmarks", targets: ["LociBenchmarks"]),
    ],
    traits: [
        .trait(
            name: "Stemming", description: "Stems of words by libstemmer (Debian: libstemmer-dev, Homebrew: snowball)"),
        .trait(
            name: "OpenBLAS",
            description: "Matrix products of sentence transformers by OpenBLAS (Debian: libopenblas-dev)"),
        .default(enabledTraits: ["Stemming"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The system's libraries.
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"]), .brew(["lmdb"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Without pkg-config: it has no file for that.
        .systemLibrary(name: "CStemmer", providers: [.apt(["libstemmer-dev"]), .brew(["snowball"])]),

        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),

        // A module uses only the modules above it in this list.
        .target(name: "CVectorKernels", cSettings: cSettings),
        .target(name: "LociStorage", dependencies: ["CLMDB", "CZlib"], swiftSettings: swiftSettings),
        .target(name: "LociIndex", dependencies: ["CVectorKernels"], swiftSettings: swiftSettings),
        .target(name: "LociJSON", swiftSettings: swiftSettings),
        .target(name: "LociAttributes", dependencies: ["LociJSON"], swiftSettings: swiftSettings),
        .target(
            name: "LociFiles", dependencies: ["CZlib", "LociAttributes", "LociJSON"], swiftSettings: swiftSettings),
        .target(
            name: "LociWords",
            dependencies: [.target(name: "CStemmer", condition: .when(traits: ["Stemming"]))],
            swiftSettings: swiftSettings),
        .target(name: "LociProtocol", swiftSettings: swiftSettings),
        .target(
            name: "LociClient",
            dependencies: [
                "LociProtocol", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "Loci", dependencies: ["LociStorage", "LociIndex", "LociFiles", "LociAttributes", "LociWords"],
            swiftSettings: swiftSettings),
        .target(
            name: "LociText",
            dependencies: [
                "LociFiles", "LociJSON", "LociWords",
                .target(name: "COpenBLAS", condition: .when(traits: ["OpenBLAS"])),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "LociMemory",
            dependencies: [
                "CVectorKernels", "Loci", "LociText", "LociAttributes", "LociFiles", "LociIndex", "LociWords",
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "LociServer",
            dependencies: [
                "Loci", "LociMemory", "LociProtocol", "LociText",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "LociEndpoint",
            dependencies: [
                "LociAttributes", "LociMemory", "LociText",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "LociMCP", dependencies: ["LociMemory", "LociAttributes", "LociJSON"], swiftSettings: swiftSettings),
        // Named apart from the library: on a file system that ignores case, `loci` and `Loci` are one folder.
        .executableTarget(
            name: "LociCommand",
            dependencies: [
                "Loci", "LociClient", "LociEndpoint", "LociJSON", "LociMCP", "LociMemory", "LociProtocol", "LociServer",
                "LociText",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            // The page of `loci inspect`, inside of the program: it is one file wherever it goes.
            resources: [.embedInCode("Page")],
            swiftSettings: swiftSettings),

        // Measures what the command line cannot: what happens inside of a process. It needs no package that the command line does not.
        .target(name: "AllocationCounter", path: "Benchmarks/Sources/AllocationCounter", cSettings: cSettings),
        .target(name: "ProcessorBinding", path: "Benchmarks/Sources/ProcessorBinding", cSettings: cSettings),
        .executableTarget(
            name: "LociBenchmarks",
            dependencies: [
                "AllocationCounter", "ProcessorBinding", "Loci",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Sources/LociBenchmarks", swiftSettings: swiftSettings),

        // What the tests share. It uses none of the modules under test.
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: swiftSettings),

        // A server that answers as a test says.
        .target(
            name: "TestServer",
            dependencies: [
                "LociProtocol", "TestSupport", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Tests/TestServer", swiftSettings: swiftSettings),

        // What the torture tests and the processes that they start and kill share.
        .target(
            name: "TortureModel", dependencies: ["Loci", "TestSupport"], path: "Tests/TortureModel",
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "TortureProcess", dependencies: ["Loci", "TestSupport", "TortureModel"],
            path: "Tests/TortureProcess", swiftSettings: swiftSettings),

        .testTarget(
            name: "CVectorKernelsTests", dependencies: ["CVectorKernels", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "LociStorageTests", dependencies: ["LociStorage", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "LociIndexTests", dependencies: ["LociIndex", "CVectorKernels", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "LociFilesTests", dependencies: ["LociFiles", "CZlib", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "LociAttributesTests", dependencies: ["LociAttributes", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(name: "LociJSONTests", dependencies: ["LociJSON", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(name: "LociWordsTests", dependencies: ["LociWords", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "LociTextTests", dependencies: ["LociJSON", "LociText", "TestSupport"], exclude: ["Golden"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "LociMemoryTests",
            dependencies: [
                "LociMemory", "Loci", "LociText", "LociWords", "LociAttributes", "LociFiles", "LociIndex",
                "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "LociEndpointTests",
            dependencies: [
                "LociEndpoint", "Loci", "LociMemory", "LociText", "TestServer", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "LociProtocolTests", dependencies: ["LociProtocol", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "LociClientTests",
            dependencies: [
                "LociClient", "LociProtocol", "TestServer", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "LociServerTests",
            dependencies: [
                "LociServer", "LociMemory", "LociProtocol", "LociText", "Loci", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(name: "LociTests", dependencies: ["Loci", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "LociCommandTests", dependencies: ["LociCommand", "Loci", "LociJSON", "TestServer", "TestSupport"],
            exclude: ["Golden"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "LociMCPTests", dependencies: ["LociJSON", "LociMCP", "LociMemory", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TortureTests", dependencies: ["Loci", "TestSupport", "TortureModel", "TortureProcess"],
            swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
