package heimdal

// The facts about the product. Everything that users see of it is taken from here.
const (
	// ProductID is its id in the table product.
	ProductID = "heimdal"
	// product is the name under which users know it; error texts use it too.
	product = "Heimdal"
	// defaultBaseURL is the address of the API that most accounts use.
	defaultBaseURL = "https://rc-dashboard.heimdalsecurity.com/api/heimdalapi"
	// dashboardDomain is the domain of the dashboards; each account has one of several hosts.
	dashboardDomain = "heimdalsecurity.com"
	// tellSupport is the request to contact the vendor, inside a sentence.
	tellSupport = "tell " + product + "'s support"

	// perMinute is the API's rate limit for one endpoint and key, as far as it is known.
	perMinute = 5

	// The types of customers. A reseller is an MSP, any other type a client.
	typeReseller    = "RESELLER"
	typeCorporate   = "CORP"
	typeDistributor = "DISTRIBUTOR"
)
