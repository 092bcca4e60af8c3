// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "text-search",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "loci", path: "../../..")],
    targets: [
        .executableTarget(name: "TextSearch", dependencies: [.product(name: "LociMemory", package: "loci")])
    ]
)
