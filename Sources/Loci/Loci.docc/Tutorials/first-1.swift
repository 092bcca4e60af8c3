// Photographs, found by what they show.

import Loci

let database = try Database.open("photos.loci")
let photos = try database.createCollection("clip", CollectionConfiguration(metric: .cosine))
