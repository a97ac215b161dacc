package fakeheimdal

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const (
	sampleResellers = 24
	sampleClients   = 600
	sampleDirect    = 12
)

// Sample returns the customers of a plausible MSSP: 24 resellers, some 600 corporate customers under them, a dozen
// directly under the MSSP, and a few of other types. The same seed on the same day gives the same customers; from day
// to day only dates move, so that some licences are always about to expire.
func Sample(seed uint64) []Customer { return sampleOn(seed, time.Now().UTC()) }

func sampleOn(seed uint64, today time.Time) []Customer {
	g := &generator{random: rand.New(rand.NewPCG(seed, 0x5eed)), licences: rand.New(rand.NewPCG(seed, 0x11ce)),
		today: today, nextID: 1001, taken: map[string]bool{}}
	var customers []Customer
	var resellers []any
	for _, first := range g.random.Perm(len(mspFirst))[:sampleResellers] {
		c := g.reseller(mspFirst[first])
		customers, resellers = append(customers, c), append(resellers, c["id"])
	}
	for i := range sampleClients {
		var parent any
		if i >= sampleDirect {
			parent = resellers[g.skewed(len(resellers))]
		}
		customers = append(customers, g.corporate(parent))
	}
	return append(customers, g.others()...)
}

// generator draws names and numbers; it never returns a name twice.
type generator struct {
	random *rand.Rand
	// licences draws what was added to the sample later, so that its names and numbers did not change.
	licences *rand.Rand
	today    time.Time
	nextID   int
	taken    map[string]bool
}

func (g *generator) pick(words []string) string { return words[g.random.IntN(len(words))] }

// skewed prefers small numbers: some resellers have many clients, some a handful.
func (g *generator) skewed(n int) int {
	return int(g.random.Float64() * (0.25 + 0.75*g.random.Float64()) * float64(n))
}

func (g *generator) id() int {
	g.nextID += 1 + g.random.IntN(7)
	return g.nextID
}

func (g *generator) unique(draw func() string) string {
	for {
		if name := draw(); !g.taken[name] {
			g.taken[name] = true
			return name
		}
	}
}

func (g *generator) reseller(first string) Customer {
	name := first + " " + g.pick(mspSecond)
	products := g.products(4 + g.random.IntN(4))
	c := Customer{
		"id": g.id(), "name": name, "type": "RESELLER", "resellerId": nil, "products": products,
		"expirationDate": nil, "createdDate": g.created(1200, 2600),
		"country": g.pick(countries), "contactEmail": "support@" + domain(name),
	}
	g.license(c, g.licences.IntN(2) == 0)
	if g.licences.IntN(4) == 0 { // licences bought and used
		total := 100 * (5 + g.licences.IntN(40))
		c["seatsTotal"], c["devices"] = total, total*(40+g.licences.IntN(55))/100
	}
	return c
}

func (g *generator) corporate(parent any) Customer {
	name := g.unique(g.companyName)
	total := g.seats()
	monthly := g.random.IntN(4) == 0
	c := Customer{
		"id": g.id(), "name": name, "type": "CORP", "resellerId": parent,
		"products": g.products(1 + g.random.IntN(5)), "seatsUsed": g.used(total), "seatsTotal": total,
		"expirationDate": g.expiration(monthly), "createdDate": g.created(20, 1800),
		"country": g.pick(countries), "monthlyBilling": monthly,
		"lastSeen": g.today.Add(-time.Duration(g.random.IntN(96)) * time.Hour).Format("2006-01-02T15:04:05"),
		"isActive": g.licences.IntN(60) != 0,
	}
	g.license(c, monthly)
	return c
}

// license sets a customer's licence type, and whether it is licensed under an SPLA, which is billed monthly.
func (g *generator) license(c Customer, monthly bool) {
	c["licenseType"], c["splaLicense"] = []string{"Annual", "Annual", "Perpetual"}[g.licences.IntN(3)], false
	if monthly {
		c["licenseType"], c["splaLicense"] = "Monthly", true
	}
}

// others returns customers of the other types that the vendor's documentation mentions.
func (g *generator) others() []Customer {
	var list []Customer
	for _, kind := range []string{"DISTRIBUTOR", "DEMO", "DEMO", "TRIAL"} {
		c := g.corporate(nil)
		c["type"] = kind
		if kind != "DISTRIBUTOR" {
			c["name"] = fmt.Sprintf("%s (%s)", c["name"], strings.ToLower(kind))
			c["licenseType"], c["isDemo"] = "Trial", kind == "DEMO"
		}
		list = append(list, c)
	}
	return list
}

func (g *generator) companyName() string {
	switch g.random.IntN(6) {
	case 0:
		return g.pick(surnames) + " & " + g.pick(surnames) + " " + g.pick(partnerTrades)
	case 1:
		return g.pick(surnames) + " " + g.pick(familyTrades)
	case 2:
		return g.pick(places) + " " + g.pick(publicTrades)
	case 3:
		return g.pick(places) + " " + g.pick(trades) + " " + g.pick(forms)
	default:
		return g.pick(fancy) + " " + g.pick(trades) + " " + g.pick(forms)
	}
}

func (g *generator) products(n int) []string {
	order := g.random.Perm(len(modules))
	chosen := make([]string, 0, n)
	for i, module := range modules {
		if order[i] < n {
			chosen = append(chosen, module)
		}
	}
	return chosen
}

func (g *generator) seats() int {
	sizes := []int{5, 10, 10, 15, 20, 25, 25, 30, 40, 50, 50, 75, 100, 120, 150, 250, 400, 750}
	return sizes[g.random.IntN(len(sizes))]
}

// used returns a number of used licences: most are partly used, many nearly all, and in one of twenty-five too many.
func (g *generator) used(total int) int {
	switch n := g.random.IntN(25); {
	case n == 0:
		return total + 1 + g.random.IntN(1+total/8)
	case n < 8:
		return total - g.random.IntN(1+total/20)
	default:
		return total * (35 + g.random.IntN(60)) / 100
	}
}

// expiration returns null for monthly billing; of the rest about one in fifteen has expired and one in eight expires
// within 30 days.
func (g *generator) expiration(monthly bool) any {
	if monthly {
		return nil
	}
	days := 31 + g.random.IntN(1000)
	switch n := g.random.IntN(120); {
	case n < 8:
		days = -1 - g.random.IntN(45)
	case n < 23:
		days = g.random.IntN(31)
	}
	return g.today.AddDate(0, 0, days).Format(time.DateOnly)
}

// created returns a day between so many and so many days before the start of the sample, which is fixed.
func (g *generator) created(atLeast, atMost int) string {
	beginning := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	return beginning.AddDate(0, 0, -atLeast-g.random.IntN(atMost-atLeast)).Format(time.DateOnly)
}

func domain(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "&", "", "'", "").Replace(name)) + ".example"
}
