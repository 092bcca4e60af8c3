// swift-tools-version: 6.3
// Loci's fuzz targets: a package of its own, built with libFuzzer by `make fuzz`.
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let dependencies: [Target.Dependency] = ["FuzzDriver", .product(name: "Loci", package: "loci")]

let package = Package(
    name: "loci-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "loci", path: "..")],
    targets: [
        .target(name: "CFuzzer"),
        .target(name: "FuzzDriver", dependencies: ["CFuzzer"], swiftSettings: swiftSettings),
        .executableTarget(name: "FilterFuzz", dependencies: dependencies, swiftSettings: swiftSettings),
        .executableTarget(name: "AttributesFuzz", dependencies: dependencies, swiftSettings: swiftSettings),
        .executableTarget(name: "WordQueryFuzz", dependencies: dependencies, swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6]
)
