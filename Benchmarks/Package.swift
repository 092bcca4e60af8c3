// swift-tools-version: 6.3
// Loci's benchmarks: a package of its own, so that nobody who depends on Loci fetches or builds them.
import PackageDescription

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
    name: "loci-benchmarks",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "loci-benchmarks", targets: ["LociBenchmarks"])],
    dependencies: [
        .package(name: "loci", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        // Stands between the program and the allocator, and counts.
        .target(name: "AllocationCounter", cSettings: cSettings),
        // Keeps threads that are measured apart.
        .target(name: "ProcessorBinding", cSettings: cSettings),
        .executableTarget(
            name: "LociBenchmarks",
            dependencies: [
                "AllocationCounter",
                "ProcessorBinding",
                .product(name: "Loci", package: "loci"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
