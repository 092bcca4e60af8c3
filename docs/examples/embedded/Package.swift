// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "embedded",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "loci", path: "../../..")],
    targets: [
        .executableTarget(name: "Embedded", dependencies: [.product(name: "Loci", package: "loci")])
    ]
)
