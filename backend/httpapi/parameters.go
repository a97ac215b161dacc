package httpapi

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// unknownParameter is huma's message about a query parameter that the route does not have.
const unknownParameter = "unknown query parameter"

// listParameters adds the names of the route's parameters to a problem with an unknown one.
func listParameters(p *Problem, operation *huma.Operation) *Problem {
	if operation == nil || !strings.HasSuffix(p.Detail, unknownParameter) {
		return p
	}
	var names []string
	for _, parameter := range operation.Parameters {
		if parameter.In == "query" {
			names = append(names, parameter.Name)
		}
	}
	if len(names) == 0 {
		p.Detail += ". This route has none."
		return p
	}
	p.Detail += ". This route has " + strings.Join(names, ", ") + "."
	return p
}
