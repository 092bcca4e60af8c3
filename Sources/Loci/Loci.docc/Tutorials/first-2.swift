// Photographs, found by what they show.

import Loci

let database = try Database.open("photos.loci")
let photos = try database.createCollection("clip", CollectionConfiguration(metric: .cosine))

try photos.add("cat.jpg", [0.9, 0.1, 0.0])
try photos.add("dog.jpg", [0.8, 0.3, 0.1])
try photos.add("sea.jpg", [0.0, 0.2, 0.9])
