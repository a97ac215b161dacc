package portal

// Limits of what lists are read by.
const (
	// MaxFilterValues is how many values a filter can have, MaxFilterValueLength how many characters each can have.
	MaxFilterValues      = 50
	MaxFilterValueLength = 200
	// MaxSorts is how many fields a list can be sorted by, MaxGroupedSorts how many within groups: their cursor has the
	// MSP's name, too.
	MaxSorts        = 3
	MaxGroupedSorts = 2
	// MaxExpiryDays is the greatest number of days to filter the end of a licence by: ten years.
	MaxExpiryDays = 3660
)
