package desktop

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strconv"

	"github.com/google/uuid"

	"fs-client-portal/backend/portal"
)

// connection is one API with the user's session there.
type connection struct {
	api     *apiClient
	session *session
}

// get answers a path of the API into out.
func (c *connection) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.session.call(ctx, request{method: http.MethodGet, path: path, query: query, out: out})
}

// newAttempt asks for a sign-in attempt; nobody is signed in yet.
func (c *connection) newAttempt(ctx context.Context, n portal.NewAttempt) (portal.Attempt, error) {
	var attempt portal.Attempt
	err := c.api.do(ctx, request{method: http.MethodPost, path: "/v1/auth/attempts", body: n, out: &attempt})
	return attempt, err
}

// redeem turns the provider's code into a session with the API.
func (c *connection) redeem(ctx context.Context, grant portal.CodeGrant) (portal.Tokens, error) {
	var tokens portal.Tokens
	err := c.api.do(ctx, request{method: http.MethodPost, path: "/v1/auth/token", body: grant, out: &tokens})
	return tokens, err
}

// me answers who is signed in. A remembered grant that is no longer the user's is let go.
func (c *connection) me(ctx context.Context) (portal.Me, error) {
	var me portal.Me
	err := c.get(ctx, "/v1/me", nil, &me)
	lost := hasCode(err, portal.GrantChanged, portal.Forbidden, portal.NotFound, portal.Invalid)
	if lost && c.session.grant() != "" {
		c.session.useGrant(ctx, "")
		err = c.get(ctx, "/v1/me", nil, &me)
	}
	return me, err
}

// queryOf answers the parameters of a query struct: fields with a query tag, but those left empty.
func queryOf(q any) url.Values {
	values := url.Values{}
	v := reflect.ValueOf(q)
	for _, described := range reflect.VisibleFields(v.Type()) {
		name, field := described.Tag.Get("query"), v.FieldByIndex(described.Index)
		switch {
		case name == "" || field.IsZero():
		case field.Kind() == reflect.Int:
			values.Set(name, strconv.FormatInt(field.Int(), 10))
		default:
			values.Set(name, field.String())
		}
	}
	return values
}

// pathOf answers collection/id. What a screen hands over is checked as if it came from afar: only a UUID
// becomes part of an address.
func pathOf(collection, id string) (string, error) {
	if err := checkID(id); err != nil {
		return "", err
	}
	return collection + "/" + url.PathEscape(id), nil
}

func checkID(id string) error {
	if len(id) != 36 || uuid.Validate(id) != nil {
		return problem(portal.NotFound, "There is nothing under this id.")
	}
	return nil
}
