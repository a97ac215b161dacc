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

// endpoint is one API with the user's session there.
type endpoint struct {
	api     *apiClient
	session *session
}

// get reads a path of the API into out.
func (e *endpoint) get(ctx context.Context, path string, query url.Values, out any) error {
	return e.session.call(ctx, request{method: http.MethodGet, path: path, query: query, out: out})
}

// newAttempt starts a sign-in attempt. It needs no session.
func (e *endpoint) newAttempt(ctx context.Context, n portal.NewAttempt) (portal.Attempt, error) {
	var attempt portal.Attempt
	err := e.api.do(ctx, request{method: http.MethodPost, path: "/v1/auth/attempts", body: n, out: &attempt})
	return attempt, err
}

// redeem exchanges the provider's code for a session with the API.
func (e *endpoint) redeem(ctx context.Context, grant portal.CodeGrant) (portal.Tokens, error) {
	var tokens portal.Tokens
	err := e.api.do(ctx, request{method: http.MethodPost, path: "/v1/auth/token", body: grant, out: &tokens})
	return tokens, err
}

// me returns the signed-in user. A grant that the user no longer has is dropped. The grant in the response is the one
// that further calls name.
func (e *endpoint) me(ctx context.Context) (portal.Me, error) {
	var me portal.Me
	family := e.session.family()
	err := e.get(ctx, "/v1/me", nil, &me)
	lost := hasCode(err, portal.GrantChanged, portal.Forbidden, portal.NotFound, portal.Invalid)
	if lost && e.session.grant() != "" {
		e.session.useGrant(ctx, "")
		err = e.get(ctx, "/v1/me", nil, &me)
	}
	if err == nil {
		e.session.show(family, me.Grant.ID)
	}
	return me, err
}

// read returns the body of a path of the current API as a T.
func read[T any](ctx context.Context, d *Desktop, path string, query any) (T, error) {
	var out T
	current, err := d.currentEndpoint()
	if err != nil {
		return out, err
	}
	err = current.get(ctx, path, queryOf(query), &out)
	return out, err
}

// readOne returns one member of a collection as a T.
func readOne[T any](ctx context.Context, d *Desktop, collection, id string) (T, error) {
	path, err := pathOf(collection, id)
	if err != nil {
		var none T
		return none, err
	}
	return read[T](ctx, d, path, struct{}{})
}

// write sends a request to the current API.
func (d *Desktop) write(ctx context.Context, r request) error {
	current, err := d.currentEndpoint()
	if err != nil {
		return err
	}
	return current.session.call(ctx, r)
}

// queryOf returns the parameters of a query struct: the fields with a query tag that are not zero.
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

// pathOf returns collection/id. The id comes from a screen and is validated: only a UUID may become part of an address.
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
