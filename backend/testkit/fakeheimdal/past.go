package fakeheimdal

import (
	"fmt"
	"hash/fnv"
	"maps"
)

// Past returns the customers of a sample as they were some editions ago; 0 is today. Between two editions some are
// added and removed, more licences are used, one or two move to another reseller, and some names and types are
// corrected. The same sample always has the same past.
func Past(sample []Customer, editions int) []Customer {
	if editions <= 0 {
		return sample
	}
	var resellers []any
	for _, c := range sample {
		if c["type"] == "RESELLER" {
			resellers = append(resellers, c["id"])
		}
	}
	var past []Customer
	for _, c := range sample {
		if c["type"] == "RESELLER" {
			past = append(past, c)
		} else if was, there := clientThen(c, resellers, editions); there {
			past = append(past, was)
		}
	}
	return append(past, removed(editions)...)
}

// clientThen returns a client as it was some editions ago; false if it did not exist.
func clientThen(c Customer, resellers []any, editions int) (Customer, bool) {
	n := hash(c["id"])
	// It was added later, or was missing in one edition only.
	if added := n % 97; added < editions && added < 6 || n%211 == 5 && editions == 2 {
		return nil, false
	}
	was := maps.Clone(c)
	if used, has := was["seatsUsed"].(int); has && n%11 < editions {
		was["seatsUsed"] = max(0, used-1-n%4)
	}
	if n%173 == 7 && editions >= 1+n%3 && was["resellerId"] != nil {
		was["resellerId"] = resellers[n%len(resellers)]
	}
	if n%229 == 11 && editions >= 2 {
		was["type"] = "TRIAL"
	}
	if n%151 == 3 && editions >= 3 {
		was["name"] = fmt.Sprintf("%s (new)", was["name"])
	}
	return was, true
}

// removed returns clients that no longer exist: the longer ago, the more.
func removed(editions int) []Customer {
	var were []Customer
	for i := range min(editions, 4) {
		were = append(were, Customer{
			"id": 900_001 + i, "name": places[i*7] + " " + publicTrades[i*3], "type": "CORP", "resellerId": nil,
			"products": modules[:1+i], "seatsUsed": 4 + i, "seatsTotal": 10, "expirationDate": nil, "createdDate": "2025-03-01",
		})
	}
	return were
}

// hash returns a number that looks random and is always the same for an id.
func hash(id any) int {
	h := fnv.New32a()
	fmt.Fprint(h, id)
	return int(h.Sum32() & 0x7fffffff)
}
