// Photographs, found by what they show.

import Loci

let database = try Database.open("photos.loci")
let photos = try database.createCollection("clip", CollectionConfiguration(metric: .cosine))

try photos.add("cat.jpg", [0.9, 0.1, 0.0])
try photos.add("dog.jpg", [0.8, 0.3, 0.1])
try photos.add("sea.jpg", [0.0, 0.2, 0.9])

for neighbor in try photos.search([1, 0, 0], k: 2) {
    print(neighbor.id, neighbor.distance)
}

try photos.setAttributes("cat.jpg", Attributes(["year": 2024]))
try photos.setAttributes("dog.jpg", Attributes(["year": 2019]))
let recent = try photos.search([1, 0, 0], k: 2, filter: Filter(.field("year") >= 2020))
print(recent.map(\.id))

try database.write { transaction in
    let photos = try transaction.collection("clip")
    try photos.remove("sea.jpg")
    try photos.add("lake.jpg", [0.1, 0.3, 0.8])
}

let lakes = try database.read { view in
    let photos = try view.collection("clip")
    return try photos.search([0, 0, 1], k: 1).map { ($0.id, try photos.attributes(of: $0.id)) }
}
print(lakes.count)
