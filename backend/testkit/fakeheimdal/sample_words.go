package fakeheimdal

// The words from which names are drawn. They sound like companies and belong to none that is well known.

var modules = []string{
	"Threat Prevention", "Patch & Asset Management", "Next-Gen Antivirus", "Ransomware Encryption Protection",
	"Email Security", "Email Fraud Prevention", "Privileged Access Management", "Application Control", "Remote Desktop",
}

var mspFirst = []string{
	"Nordlys", "Fjordline", "Granite Peak", "Bluewater", "Lantern", "Copperfield", "Oakridge", "Tidewise", "Westhaven",
	"Silverbirch", "Kestrel", "Northgate", "Polder", "Juniper Row", "Redstone", "Elmwood", "Havneby", "Alder & Ash",
	"Clearpath", "Saltmarsh", "Brightwell", "Skovly", "Ironbridge", "Moorland", "Vesterbro", "Larkfield", "Stonebeck",
	"Quayside", "Hollybank", "Everly",
}

var mspSecond = []string{
	"IT", "Managed IT", "Technology Partners", "Systems", "Networks", "IT Services", "Digital", "Computing", "Cyber",
	"Infrastructure", "Support Group", "IT Solutions",
}

var surnames = []string{
	"Abbott", "Andersen", "Bergström", "Brandt", "Carver", "Castellan", "Dahl", "Delacroix", "Ellery", "Farrow",
	"Fischer", "Gallagher", "Grimshaw", "Haddad", "Halvorsen", "Hartley", "Holm", "Ibsen", "Jankowski", "Jensen",
	"Kowalczyk", "Kruse", "Lindqvist", "Lockhart", "Marlowe", "Mikkelsen", "Moreau", "Nakamura", "Novak", "O'Dowd",
	"Okafor", "Pedersen", "Petrov", "Quist", "Rahman", "Rasmussen", "Ravn", "Sørensen", "Sandoval", "Stafford",
	"Thorne", "Tremblay", "Ulrich", "Vance", "Vestergaard", "Whitlock", "Winther", "Yilmaz", "Zeller", "Ødegaard",
}

var places = []string{
	"Aldermoor", "Ashcombe", "Birchwood", "Bridgewater", "Castle Hill", "Cedar Valley", "Crowhurst", "Eastbrook",
	"Elm Park", "Fairhaven", "Fernhill", "Greenfield", "Harbour", "Highfield", "Holmegaard", "Kingsmere", "Lakeside",
	"Langdale", "Lindholm", "Meadowbank", "Millbrook", "Northfield", "Old Town", "Pinewood", "Queensway", "Ravensworth",
	"Riverside", "Rosedale", "Seaview", "Southgate", "Springvale", "Strandby", "Thornbury", "Upper Vale", "Westfield",
	"Willowbrook", "Windmill Lane", "Wood End",
}

var fancy = []string{
	"Amber", "Anchor", "Apex", "Arbour", "Atlas Row", "Beacon", "Bluebell", "Bright", "Cardinal", "Cobalt", "Compass",
	"Coral", "Crescent", "Crown", "Delta", "Ember", "Evergreen", "Falcon", "Foxglove", "Gable", "Golden Hour", "Granary",
	"Hawthorn", "Heron", "Horizon", "Ivory", "Keystone", "Lighthouse", "Linden", "Magnolia", "Maple", "Mercer", "Mosaic",
	"North Star", "Onyx", "Orchard", "Osprey", "Parallel", "Pebble", "Pioneer", "Prism", "Quarry", "Ridgeline", "Sable",
	"Sparrow", "Sterling", "Summit", "Tandem", "Thistle", "Trident", "Umber", "Vantage", "Verdant", "Wayfarer", "Zephyr",
}

var trades = []string{
	"Accounting", "Analytics", "Architects", "Bakeries", "Biotech", "Catering", "Ceramics", "Coffee", "Construction",
	"Design", "Electrical", "Energy", "Engineering", "Estates", "Events", "Fabrication", "Fisheries", "Fitness", "Foods",
	"Freight", "Furniture", "Gardens", "Glassworks", "Insurance", "Interiors", "Joinery", "Kitchens", "Laboratories",
	"Landscapes", "Logistics", "Marine", "Media", "Metalworks", "Mobility", "Optics", "Outdoor", "Packaging", "Paper",
	"Plumbing", "Print", "Properties", "Recruitment", "Roofing", "Seafood", "Shipping", "Software", "Solar", "Surveying",
	"Textiles", "Timber", "Tooling", "Travel", "Wealth", "Wines",
}

var forms = []string{"Ltd", "Group", "A/S", "GmbH", "Partners", "Co.", "AB", "Inc.", "BV", "ApS"}

var partnerTrades = []string{
	"Solicitors", "LLP", "Accountants", "Advokater", "Surveyors", "Consulting Engineers", "Chartered Accountants",
	"Estate Agents", "Architects", "Notaries",
}

var familyTrades = []string{
	"Transport", "& Sons", "Motors", "Haulage", "Dental Care", "Pharmacy", "Veterinary Clinic", "Brothers Builders",
	"Family Office", "Printworks", "Machinery", "Maskinfabrik", "Opticians", "Nurseries", "Electrical",
}

var publicTrades = []string{
	"Dental Group", "Primary School", "Medical Centre", "Housing Association", "Community Trust", "Golf Club", "Academy",
	"Care Homes", "Town Council", "Museum", "Physiotherapy", "Veterinary Hospital", "Credit Union", "Grammar School",
	"Hospice", "Leisure Centre", "Library Service", "Theatre", "Water Board", "Sixth Form College",
}

var countries = []string{"DK", "DK", "SE", "NO", "DE", "NL", "GB", "GB", "IE", "PL", "FR"}
